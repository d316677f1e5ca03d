# The shipped binary, static, as an unprivileged user.
FROM golang:1.26.8-alpine AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
ARG VERSION=development
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /engaged ./cmd/engaged

# Alpine rather than nothing: its wget is the health check, its certificates reach Temporal Cloud.
FROM alpine:3.22
RUN apk add --no-cache ca-certificates && adduser -D -H -u 10001 engaged
COPY --from=build /engaged /usr/local/bin/engaged
USER 10001:10001
EXPOSE 8080 9090
ENTRYPOINT ["/usr/local/bin/engaged"]
CMD ["serve"]
