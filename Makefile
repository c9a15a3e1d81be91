# Trực Ban. The two commands are `make run` and `make test`; `make help` lists the rest.
SHELL := /bin/bash
.ONESHELL:
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run build test e2e bench format lint setup setup-tests

help: ## What there is to make
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: ## Install what running needs (Debian packages)
	@packaging/setup run

setup-tests: ## Install what tests need besides
	@packaging/setup test

build: setup ## Build in release mode
	swift build -c release --product trucban

run: build ## Build, start on an embedded PostgreSQL, print the address to open
	exec .build/release/trucban serve

test: setup-tests ## Run every test: Swift Testing, then the journeys in a real browser
	packaging/run-tests

e2e: setup-tests ## Only the journeys in a real browser
	swift build
	packaging/run-journeys

bench: setup-tests ## Measure against peers and floors; figures go to .bench/results.json
	swift build -c release --product trucban
	Benchmarks/run $(ROWS)

format: ## Format all Swift sources
	swift format --in-place --recursive Sources Tests Package.swift

lint: ## Complain about formatting
	swift format lint --strict --recursive Sources Tests Package.swift
