#include "tests/bench/statistics.hpp"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <string>
#include <thread>

#include <unistd.h>

namespace keyward::bench {
namespace {

using Clock = std::chrono::steady_clock;

double milliseconds(Clock::duration time) {
    return std::chrono::duration<double, std::milli>(time).count();
}

double percentile(const std::vector<double>& sorted, double part) {
    return sorted[static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1))];
}

double middle(std::vector<Figures>& runs, double Figures::*figure) {
    std::ranges::sort(runs, {}, figure);
    return runs[runs.size() / 2].*figure;
}

}  // namespace

Figures measure(std::size_t threads, std::size_t total,
                const std::function<void(std::size_t, std::size_t)>& call) {
    std::atomic<std::size_t> next = 0;
    std::vector<std::vector<double>> times(threads);
    std::vector<std::thread> workers;
    const auto start = Clock::now();
    for (std::size_t thread = 0; thread < threads; ++thread)
        workers.emplace_back([&, thread] {
            for (std::size_t i = next++; i < total; i = next++) {
                const auto begin = Clock::now();
                call(thread, i);
                times[thread].push_back(milliseconds(Clock::now() - begin));
            }
        });
    for (auto& worker : workers)
        worker.join();
    const double seconds = milliseconds(Clock::now() - start) / 1000;
    std::vector<double> all;
    for (const auto& each : times)
        all.insert(all.end(), each.begin(), each.end());
    std::ranges::sort(all);
    return {static_cast<double>(total) / seconds, percentile(all, 0.5), percentile(all, 0.99)};
}

Figures median(std::vector<Figures> runs) {
    return {middle(runs, &Figures::rate), middle(runs, &Figures::p50_ms), middle(runs, &Figures::p99_ms)};
}

double resident_mib(pid_t process) {
    std::ifstream file("/proc/" + std::to_string(process) + "/statm");
    double size = 0;
    double resident = 0;
    file >> size >> resident;
    return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

}  // namespace keyward::bench
