#include "http/reader.hpp"

#include <algorithm>
#include <utility>

#include "http/syntax.hpp"

namespace keyward::http {
namespace {

constexpr std::size_t first_line_room = 256;
constexpr std::size_t first_body_room = std::size_t{16} << 10U;

}  // namespace

void cleanse(Request& request) noexcept {
    for (auto& field : request.headers)
        keyward::cleanse(field.second);
    keyward::cleanse(request.query);
    request.body = SecretBytes{};
}

RequestReader::~RequestReader() {
    clear();
}

std::size_t RequestReader::feed(ByteView bytes) {
    switch (state_) {
        case State::head:
            return feed_head(bytes);
        case State::body:
            return feed_body(bytes);
        case State::complete:
        case State::refused:
            break;
    }
    return 0;
}

std::size_t RequestReader::feed_head(ByteView bytes) {
    std::size_t used = 0;
    while (used < bytes.size() && state_ == State::head)
        take_head_octet(static_cast<char>(bytes[used++]));
    return used;
}

void RequestReader::take_head_octet(char octet) {
    if (++head_size_ > limits_.max_head)
        return refuse(
            {431, "the head of the request is larger than " + std::to_string(limits_.max_head) + " bytes"});
    if (carriage_return_) {
        if (octet != '\n') return refuse({400, "a carriage return has no line feed after it"});
        carriage_return_ = false;
        return take_line();
    }
    if (octet == '\r') {
        carriage_return_ = true;
        return;
    }
    if (octet == '\n') return refuse({400, "a line must end with carriage return and line feed"});
    if (!is_field_value({&octet, 1}))
        return refuse({400, "the head of the request contains a control character"});
    if (!has_request_line_) check_request_line_size(octet);
    if (state_ == State::head) push(octet);
}

/// Checks before the line ends, so that an endless path is refused as soon as it is too long.
void RequestReader::check_request_line_size(char octet) {
    if (octet == ' ') {
        ++request_spaces_;
    } else if (request_spaces_ == 0 && line_.size() == limits_.max_method) {
        refuse({400,
                "the method must be a token of at most " + std::to_string(limits_.max_method) + " letters"});
    } else if (request_spaces_ == 1 && ++target_size_ > limits_.max_target) {
        refuse(
            {414, "the path with its query is longer than " + std::to_string(limits_.max_target) + " bytes"});
    }
}

/// Grows the buffer explicitly: the string's own growth would leave a copy in freed memory.
void RequestReader::push(char octet) {
    if (line_.size() == line_.capacity()) {
        std::string larger;
        larger.reserve(std::max(first_line_room, line_.capacity() * 2));
        larger = line_;
        keyward::cleanse(line_);
        line_.swap(larger);
    }
    line_.push_back(octet);
}

void RequestReader::take_line() {
    std::optional<Refusal> refusal;
    if (!has_request_line_ && line_.empty() && !skipped_empty_line_) {
        skipped_empty_line_ = true;  // RFC 9112 2.2: one empty line before the request is ignored
        head_size_ = 0;
        return;
    }
    if (!has_request_line_) {
        refusal = head_.add_request_line(line_, limits_);
        has_request_line_ = true;
    } else if (line_.empty()) {
        return finish_head();
    } else {
        refusal = head_.add_field_line(line_, limits_);
    }
    keyward::cleanse(line_);
    if (refusal) refuse(std::move(*refusal));
}

void RequestReader::finish_head() {
    if (auto refusal = head_.finish(limits_)) return refuse(std::move(*refusal));
    state_ = head_.content_length == 0 ? State::complete : State::body;
}

std::size_t RequestReader::feed_body(ByteView bytes) {
    const auto wanted = bytes.first(std::min(bytes.size(), head_.content_length - body_size_));
    make_room_for_body(body_size_ + wanted.size());
    std::ranges::copy(wanted, body_.writable().subspan(body_size_).begin());
    body_size_ += wanted.size();
    if (body_size_ == head_.content_length) state_ = State::complete;
    return wanted.size();
}

void RequestReader::make_room_for_body(std::size_t size) {
    if (size <= body_.size()) return;
    const auto room = std::min(std::max({size, body_.size() * 2, first_body_room}), head_.content_length);
    SecretBytes larger(room);
    std::ranges::copy(body_.reveal().first(body_size_), larger.writable().begin());
    body_ = std::move(larger);
}

bool RequestReader::awaits_continue() const noexcept {
    return state_ == State::body && head_.expects_continue && body_size_ == 0;
}

ReadRequest RequestReader::take() {
    ReadRequest read{
        .request = std::move(head_.request), .persistent = head_.persistent, .http_1_0 = head_.http_1_0};
    read.request.body = std::move(body_);
    clear();
    return read;
}

void RequestReader::refuse(Refusal refusal) {
    refusal_ = std::move(refusal);
    state_ = State::refused;
}

void RequestReader::clear() noexcept {
    cleanse(head_.request);
    keyward::cleanse(line_);
    head_ = RequestHead{};
    state_ = State::head;
    body_ = SecretBytes{};
    head_size_ = request_spaces_ = target_size_ = body_size_ = 0;
    carriage_return_ = has_request_line_ = skipped_empty_line_ = false;
}

}  // namespace keyward::http
