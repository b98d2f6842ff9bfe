#pragma once

#include <condition_variable>
#include <mutex>
#include <utility>

// What a lock guards, for clang's -Wthread-safety; nothing for other compilers. `scripts/check threads` runs
// the analysis.
#ifdef __clang__
#define KEYWARD_THREAD_ATTRIBUTE(attribute) __attribute__((attribute))
#else
#define KEYWARD_THREAD_ATTRIBUTE(attribute)
#endif

/// A member that is read and written only while the mutex is held.
#define KEYWARD_GUARDED_BY(mutex) KEYWARD_THREAD_ATTRIBUTE(guarded_by(mutex))
/// A function, or a lambda, that is called only while the mutex is held, and that returns with it held.
#define KEYWARD_REQUIRES(...) KEYWARD_THREAD_ATTRIBUTE(requires_capability(__VA_ARGS__))

// For classes of mutexes and locks only.
#define KEYWARD_CAPABILITY KEYWARD_THREAD_ATTRIBUTE(capability("mutex"))
#define KEYWARD_SCOPED_CAPABILITY KEYWARD_THREAD_ATTRIBUTE(scoped_lockable)
#define KEYWARD_ACQUIRE(...) KEYWARD_THREAD_ATTRIBUTE(acquire_capability(__VA_ARGS__))
#define KEYWARD_RELEASE(...) KEYWARD_THREAD_ATTRIBUTE(release_capability(__VA_ARGS__))
#define KEYWARD_ASSERT_HELD KEYWARD_THREAD_ATTRIBUTE(assert_capability(this))

namespace keyward {

/// std::mutex, with annotations. Not recursive.
class KEYWARD_CAPABILITY Mutex {
  public:
    Mutex() = default;
    Mutex(const Mutex&) = delete;
    Mutex& operator=(const Mutex&) = delete;
    ~Mutex() = default;

    void lock() KEYWARD_ACQUIRE() { mutex_.lock(); }
    void unlock() KEYWARD_RELEASE() { mutex_.unlock(); }

    /// Tells the analysis that the caller holds the mutex, where it cannot see that: in a destructor, in a
    /// callback, and in a lambda that is passed to a function. Does nothing.
    void assert_held() const noexcept KEYWARD_ASSERT_HELD {}

  private:
    friend class ConditionVariable;
    std::mutex mutex_;
};

/// Holds a mutex for its lifetime.
class KEYWARD_SCOPED_CAPABILITY Lock {
  public:
    explicit Lock(Mutex& mutex) KEYWARD_ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;
    ~Lock() KEYWARD_RELEASE() { mutex_.unlock(); }

  private:
    Mutex& mutex_;
};

/// Releases a mutex that the caller holds for its lifetime, and takes it again, also when an exception is in
/// flight.
class KEYWARD_SCOPED_CAPABILITY Unlock {
  public:
    explicit Unlock(Mutex& mutex) KEYWARD_RELEASE(mutex) : mutex_(mutex) { mutex_.unlock(); }
    Unlock(const Unlock&) = delete;
    Unlock& operator=(const Unlock&) = delete;
    /// The analysis takes the release of an Unlock for the acquisition of its mutex.
    ~Unlock() KEYWARD_RELEASE() { mutex_.lock(); }

  private:
    Mutex& mutex_;
};

/// std::condition_variable for a Mutex that the caller holds. Each wait releases the mutex, and takes it
/// again before it returns or throws. A predicate is called with the mutex held; a lambda says so with
/// KEYWARD_REQUIRES. Thread-safe.
class ConditionVariable {
  public:
    void notify_one() noexcept { condition_.notify_one(); }
    void notify_all() noexcept { condition_.notify_all(); }

    template <typename Predicate>
    void wait(Mutex& mutex, Predicate predicate) KEYWARD_REQUIRES(mutex) {
        Adopted lock(mutex);
        condition_.wait(lock.get(), std::move(predicate));
    }
    /// False when the predicate is false at the limit.
    template <typename Duration, typename Predicate>
    bool wait_for(Mutex& mutex, const Duration& limit, Predicate predicate) KEYWARD_REQUIRES(mutex) {
        Adopted lock(mutex);
        return condition_.wait_for(lock.get(), limit, std::move(predicate));
    }
    /// False when the predicate is false at that time.
    template <typename Time, typename Predicate>
    bool wait_until(Mutex& mutex, const Time& until, Predicate predicate) KEYWARD_REQUIRES(mutex) {
        Adopted lock(mutex);
        return condition_.wait_until(lock.get(), until, std::move(predicate));
    }
    /// Waits once, for a notification or without a cause. False when the time has come.
    template <typename Time>
    bool wait_until(Mutex& mutex, const Time& until) KEYWARD_REQUIRES(mutex) {
        Adopted lock(mutex);
        return condition_.wait_until(lock.get(), until) == std::cv_status::no_timeout;
    }

  private:
    /// Gives std::condition_variable the lock that it needs, and leaves the mutex held.
    class Adopted {
      public:
        explicit Adopted(Mutex& mutex) : lock_(mutex.mutex_, std::adopt_lock) {}
        Adopted(const Adopted&) = delete;
        Adopted& operator=(const Adopted&) = delete;
        ~Adopted() { lock_.release(); }

        std::unique_lock<std::mutex>& get() { return lock_; }

      private:
        std::unique_lock<std::mutex> lock_;
    };

    std::condition_variable condition_;
};

}  // namespace keyward
