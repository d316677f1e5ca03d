# What one does with this repository. `make` alone lists it.

SHELL := /bin/bash
BIN   := .cache/bin
# Packages whose tests rewrite their golden files with -update.
GOLDEN = $(shell grep -rl --include='*_test.go' 'flag.Bool."update"' . | xargs -n1 dirname | sort -u)

.DEFAULT_GOAL := help
.PHONY: help dev demo dialer test lint unit nested golden bench-engine bench-deliveries bench-analytics build compose-check prepare

help: ## list these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

dev: $(BIN)/dev ## run Postgres, Temporal, API and worker on this machine; Ctrl-C stops all of it
	@exec $(BIN)/dev --follow-parent

demo: ## play a contact centre's day and two campaigns into the stack of `make dev` and show what came of it
	@go run ./devstack/cmd/demo $(ARGS)

dialer: ## dial for the stack of `make dev`, without making calls, until Ctrl-C
	@go run ./devstack/cmd/dialer $(ARGS)

test: lint unit nested ## everything that CI runs

lint: $(BIN)/golangci-lint $(BIN)/workflowcheck ## hold the house rules
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); echo 'make lint: run gofmt -w on these'; exit 1; }
	$(BIN)/golangci-lint run ./...
	$(BIN)/workflowcheck ./...

unit: prepare ## all tests of this module, on a real Postgres and a real Temporal server
	go test -p $(PARALLEL) -timeout 30m ./...

nested: ## vet and test the nested module of benchmarks
	@command -v gcc >/dev/null || { echo 'make nested: DuckDB, which reports are measured against, needs a C compiler: apt-get install gcc g++'; exit 1; }
	cd bench && go vet ./... && go test ./...

golden: prepare ## rewrite the golden files; read the difference before you commit it
	go test $(GOLDEN) -update

bench-engine: prepare ## measure the engine beside a naive workflow; about 15 minutes, nothing else should run
	cd bench && go run ./cmd/bench-engine $(ARGS)

bench-deliveries: prepare ## measure 100,000 waiting deliveries and the start of their window; about 10 minutes, nothing else should run
	cd bench && go run ./cmd/bench-deliveries $(ARGS)

bench-analytics: prepare ## measure reports over ROWS engagements beside plain SQL and DuckDB; nothing else should run
	cd bench && go run ./cmd/bench-analytics --rows $(ROWS) $(ARGS)

# Engagements of bench-analytics: a million takes minutes, ten million the better part of an hour.
ROWS ?= 1000000

build: ## build the shipped binary as bin/engaged
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o bin/engaged ./cmd/engaged

compose-check: ## hold docker-compose.yml and Dockerfile against the command line and its settings
	go test ./devstack -run "TestCompose|TestDockerfile"

# Packages tested at once: one package's tests keep two cores busy, and some of them watch the clock.
PARALLEL ?= 1
VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo development)

# Installs Postgres where that is possible and builds the development servers, which takes minutes the first time.
prepare: $(BIN)/dev
	@$(BIN)/dev --prepare

# Quick when nothing changed; the tool finds out itself.
.PHONY: $(BIN)/dev
$(BIN)/dev:
	@go build -o $@ ./devstack/cmd/dev

$(BIN)/golangci-lint: tools/go.mod
	@echo 'Building golangci-lint; several minutes, once.'
	@cd tools && go build -o ../$@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint && touch ../$@

$(BIN)/workflowcheck: tools/go.mod
	@cd tools && go build -o ../$@ go.temporal.io/sdk/contrib/tools/workflowcheck && touch ../$@
