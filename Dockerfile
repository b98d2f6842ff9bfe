# Keyward in a container.
#
#   docker build -t keyward .
#   docker run --rm -p 127.0.0.1:8080:8080 -v keyward:/var/lib/keyward --name keyward keyward
#
# This is a complete demonstration. The first start makes two SoftHSM2 tokens, a project, a user and a bearer token; each start creates
# one key and prints a curl command. Inside the container the service listens on all addresses (http.trusted_network = true), so publish
# the port on the loopback interface only, or put a TLS proxy (config/nginx/) in the same private network.
#
# For a real HSM, mount its PKCS#11 module and a configuration that has http.address = "0.0.0.0" with trusted_network = true:
#   docker run -v /opt/vendor:/opt/vendor:ro -v /etc/keyward:/etc/keyward:ro -v keyward:/var/lib/keyward \
#       -p 127.0.0.1:8080:8080 keyward serve --config /etc/keyward/keyward.toml

FROM debian:bookworm-slim AS build
WORKDIR /src
COPY scripts/setup scripts/setup
RUN scripts/setup build && rm -rf /var/lib/apt/lists/*
COPY CMakeLists.txt CMakePresets.json ./
COPY cmake cmake
COPY docs/openapi.yaml docs/openapi.yaml
COPY src src
COPY hsm hsm
RUN cmake --preset release && cmake --build --preset release && strip build/release/keyward

FROM debian:bookworm-slim
RUN apt-get update -q \
    && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
        libpistache0 libp11-3 libp11-kit0 libssl3 libsoci-core4.0 libsoci-sqlite3-4.0 libsoci-postgresql4.0 libspdlog1.10 libargon2-1 libsodium23 \
        softhsm2 opensc openssl curl ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 keyward \
    && useradd --uid 10001 --gid keyward --no-create-home --home-dir /var/lib/keyward --shell /usr/sbin/nologin keyward \
    && install -d -o keyward -g keyward -m 0700 /var/lib/keyward
COPY --from=build /src/build/release/keyward /usr/bin/keyward
COPY scripts/lib/demo.sh /usr/share/keyward/demo.sh
COPY config/docker/entrypoint.sh /usr/share/keyward/entrypoint.sh
COPY config/keyward.toml /usr/share/doc/keyward/keyward.toml
COPY LICENSE /usr/share/doc/keyward/LICENSE
USER keyward
WORKDIR /var/lib/keyward
ENV KEYWARD_HOME=/var/lib/keyward KEYWARD_PORT=8080
VOLUME /var/lib/keyward
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
    CMD curl -q --silent --fail --noproxy '*' --output /dev/null "http://127.0.0.1:${KEYWARD_PORT}/health/live"
ENTRYPOINT ["/bin/bash", "/usr/share/keyward/entrypoint.sh"]
CMD ["demo"]
