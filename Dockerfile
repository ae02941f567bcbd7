# The image of Cadastre: the one binary on a small Debian.

FROM rust:1.95-bookworm AS builder
WORKDIR /build

# Dependencies first, in a layer of their own: it is built anew only when the list of dependencies changes.
COPY Cargo.toml Cargo.lock askama.toml ./
COPY .cargo .cargo
RUN mkdir src \
    && echo 'fn main() {}' > src/main.rs \
    && touch src/lib.rs \
    && cargo build --release --locked \
    && cargo clean --release --package cadastre \
    && rm -r src

COPY migrations migrations
COPY src src
RUN cargo build --release --locked

FROM debian:bookworm-slim
# The certificate authorities, for stores and databases that are reached over TLS.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 cadastre \
    && useradd --uid 10001 --gid cadastre --home-dir /data --no-create-home --shell /usr/sbin/nologin cadastre \
    && install --directory --owner cadastre --group cadastre --mode 0750 /data
COPY --from=builder /build/target/release/cadastre /usr/local/bin/cadastre
COPY LICENSE /usr/share/doc/cadastre/LICENSE

USER 10001:10001
WORKDIR /data
VOLUME /data
ENV CADASTRE_DATA=/data \
    CADASTRE_LISTEN=0.0.0.0:8080 \
    CADASTRE_LOG_FORMAT=json
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["cadastre", "healthcheck"]
ENTRYPOINT ["cadastre"]
CMD ["serve"]
