#include "hsm/cryptoki/log_context.hpp"

#include <utility>

namespace keyward::hsm {
namespace {

thread_local std::string_view label_in_work;

}  // namespace

LogContext::LogContext(const std::string& label) : outer_(std::exchange(label_in_work, label)) {}

LogContext::~LogContext() {
    label_in_work = outer_;
}

std::string_view LogContext::current() {
    return label_in_work;
}

}  // namespace keyward::hsm
