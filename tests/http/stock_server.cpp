#include <stdexcept>

#include <pistache/endpoint.h>

#include "tests/http/test_handlers.hpp"

namespace keyward::test {
namespace {

class StockHandler final : public Pistache::Http::Handler {
  public:
    HTTP_PROTOTYPE(StockHandler)

    void onRequest(const Pistache::Http::Request& request, Pistache::Http::ResponseWriter response) override {
        const auto& path = request.resource();
        if (path == "/throw-int") throw 42;  // NOLINT(misc-throw-by-value-catch-by-reference)
        if (path == "/throw-std") throw std::runtime_error("what nobody may read");
        if (path == "/big") {
            response.send(Pistache::Http::Code::Ok, std::string(big_size, 'b'));
        } else if (request.body().empty()) {
            response.send(Pistache::Http::Code::Ok, "id=" + request.query().get("id").value_or(""));
        } else {
            response.send(Pistache::Http::Code::Ok, request.body());
        }
    }
};

}  // namespace

class StockServer::Impl {
  public:
    explicit Impl(std::size_t threads)
        : endpoint_(Pistache::Address(Pistache::IP(127, 0, 0, 1), Pistache::Port(0))) {
        endpoint_.init(Pistache::Http::Endpoint::options()
                           .threads(static_cast<int>(threads))
                           .maxResponseSize(2 * big_size)
                           .flags(Pistache::Tcp::Options::ReuseAddr | Pistache::Tcp::Options::NoDelay));
        endpoint_.setHandler(std::make_shared<StockHandler>());
        endpoint_.serveThreaded();
    }
    [[nodiscard]] std::uint16_t port() const { return static_cast<std::uint16_t>(endpoint_.getPort()); }

  private:
    Pistache::Http::Endpoint endpoint_;
};

StockServer::StockServer(std::size_t threads) : impl_(std::make_unique<Impl>(threads)) {}
StockServer::~StockServer() = default;
std::uint16_t StockServer::port() const {
    return impl_->port();
}

}  // namespace keyward::test
