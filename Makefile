# Every target installs what it needs, from a clean checkout on Debian 12 or 13, as root or with sudo.
# Slow results are kept under build/: the engine's wheel and the package stamps by checksum, so a second run is quick.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := image-build/packages
STAMPS := build/stamps
# Most tests wait for real peers, so more of them run at once than there are processors.
WORKERS ?= 5

# Side by side on few processors a telephone may miss its moment; what failed so is run again alone, and counts by that.
define tests
	$(BIN)/python -m pytest $(1) -n $(WORKERS) --dist worksteal || \
	  { [ $$? -eq 1 ] && echo "once more, one at a time:" && $(BIN)/python -m pytest $(1) --last-failed --last-failed-no-failures none; }
endef

.DEFAULT_GOAL := help
.PHONY: help setup engine prompts demo demo-call test check format bench bench-page bench-guest bench-guest-quick bench-failover failover-picture lab lab-test interop screenshots smoke-arm64 image diagrams clean

help:
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMPS)/venv $(STAMPS)/prompts ## install the system packages, the engine and the Python parts

ifeq ($(TARGET),arm64)
engine: $(STAMPS)/arm64
	image-build/arm64/build parts
	image-build/arm64/build engine
else
engine: $(STAMPS)/runtime $(VENV)/bin/python ## build the SIP engine (pjsua2) as a wheel under build/wheels/; TARGET=arm64: all compiled parts of a device
	image-build/engine/build --python $(BIN)/python
endif

prompts: $(STAMPS)/prompts ## read the spoken prompts aloud, in four languages

demo: $(STAMPS)/venv $(STAMPS)/prompts $(STAMPS)/peers ## a simulated adapter with its page on http://127.0.0.1:8080 and a far end to call
	$(BIN)/python -m tests.demo.page

demo-call: $(STAMPS)/venv $(STAMPS)/prompts $(STAMPS)/peers ## one call by itself, both ways measured in the samples
	$(BIN)/python -m tests.demo.call

test: $(STAMPS)/venv $(STAMPS)/prompts $(STAMPS)/peers $(STAMPS)/asterisk $(STAMPS)/networkmanager $(STAMPS)/web $(STAMPS)/lab ## every test, against the real peers it starts
	$(call tests,--ignore=tests/interop --ignore=tests/lab --ignore=tests/arm64)

check: $(STAMPS)/venv $(STAMPS)/lint ## lint, format, types, layer rules, unit files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict firmware hal
	shellcheck --external-sources .ci/run image-build/install-packages image-build/engine/build systemd/verify systemd/install
	shellcheck --external-sources --check-sourced image-build/guest/build image-build/guest/init
	shellcheck --external-sources --check-sourced image-build/arm64/build
	$(BIN)/python -m pytest tests/test_layers.py tests/test_documents.py
	systemd/verify

format: $(STAMPS)/venv ## put the code into its one format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(STAMPS)/venv $(STAMPS)/prompts $(STAMPS)/peers ## the figures against the peers: a table and build/bench.json
	$(BIN)/python -m tests.bench

bench-page: $(STAMPS)/venv $(STAMPS)/prompts $(STAMPS)/peers $(STAMPS)/web ## first paint, memory, fifty open pages beside a call: a table and build/bench-page.json
	$(BIN)/python -m tests.bench_page

lab-test: $(STAMPS)/venv $(STAMPS)/prompts $(STAMPS)/peers $(STAMPS)/asterisk $(STAMPS)/lab ## calls and uplinks in the laboratory: a part of its own, for it takes some minutes
	$(call tests,tests/lab)

lab: $(STAMPS)/venv $(STAMPS)/prompts $(STAMPS)/peers $(STAMPS)/lab ## a laboratory of uplinks to stand in, until Ctrl-C
	$(BIN)/python -m tests.lab

# The kernel and the disk are kept under build/guest by the checksum of what they are made of; the engine's source comes with the venv.
bench-guest: $(STAMPS)/venv $(STAMPS)/prompts $(STAMPS)/guest ## a real kernel under the drivers: every proof, a table and build/bench-guest.json
	$(BIN)/python -m tests.guest

bench-guest-quick: $(STAMPS)/venv $(STAMPS)/prompts $(STAMPS)/guest ## its part for CI: boot, calls, an uplink move, power cuts
	$(BIN)/python -m tests.guest --quick

bench-failover: $(STAMPS)/venv $(STAMPS)/prompts $(STAMPS)/peers $(STAMPS)/asterisk $(STAMPS)/lab ## cuts of every kind: a table and build/bench-failover.json
	$(BIN)/python -m tests.bench_failover

failover-picture: $(STAMPS)/venv $(STAMPS)/prompts $(STAMPS)/peers $(STAMPS)/lab ## record one failover and draw docs/failover
	$(BIN)/python -m tests.lab.picture record docs/failover/one-failover.json
	$(BIN)/python -m tests.lab.picture draw docs/failover/one-failover.json docs/failover/one-failover.svg

interop: $(STAMPS)/venv $(STAMPS)/prompts $(STAMPS)/peers $(STAMPS)/asterisk $(STAMPS)/lab ## calls through a real Asterisk 22 in a throw-away root, and failover with more far ends
	$(BIN)/python -m pytest tests/interop --ignore=tests/interop/test_failover.py
	$(call tests,tests/interop/test_failover.py)

screenshots: $(STAMPS)/venv $(STAMPS)/prompts $(STAMPS)/peers $(STAMPS)/web ## every page at two sizes, for docs/page.md
	$(BIN)/python -m tests.web.screenshots docs/screenshots

# Emulated by qemu; the trees and wheels are kept under build/ by the checksum of what they are made of.
smoke-arm64: $(STAMPS)/venv $(STAMPS)/prompts $(STAMPS)/peers $(STAMPS)/arm64 ## the project as compiled for a device: its wheels looked at, one call under emulation
	$(BIN)/python -m pytest tests/arm64 -s --durations=0

image: ## the arm64 image under build/image/
	@echo "make image: the arm64 image is not built yet; it comes with the image work" >&2; exit 1

diagrams: $(STAMPS)/venv ## draw the state diagrams, the star codes and the API of the documents from their tables
	$(BIN)/python -m tests.core.diagrams ARCHITECTURE.md
	$(BIN)/python -m tests.core.star_code_table docs/star-codes.md
	$(BIN)/python -m tests.web.api_table docs/api.md

clean: ## remove everything that was built
	rm -rf build $(VENV) ./*.egg-info

# Package lists: one stamp each, renewed when the list changes.
$(STAMPS)/%: $(PACKAGES)/%.txt image-build/install-packages
	image-build/install-packages $<
	@mkdir -p $(@D) && touch $@

$(STAMPS)/%: tests/%/packages.txt image-build/install-packages
	image-build/install-packages $<
	@mkdir -p $(@D) && touch $@

$(VENV)/bin/python: | $(STAMPS)/runtime
	$(PYTHON) -m venv $(VENV)

# The wheel's path is the last line the recipe prints; it is quick when the wheel is there.
$(STAMPS)/venv: requirements.lock pyproject.toml $(wildcard image-build/engine/*) $(STAMPS)/runtime | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	image-build/engine/build --python $(BIN)/python | tee build/engine.out
	$(BIN)/python -m pip install --quiet --no-deps --force-reinstall "$$(tail -n 1 build/engine.out)"
	@mkdir -p $(@D) && touch $@

# Cached under build/prompts by the checksum of what is said and of the synthesiser.
$(STAMPS)/prompts: $(wildcard firmware/sound/prompts/*) $(wildcard image-build/prompts/*) $(STAMPS)/venv
	$(BIN)/python image-build/prompts/make.py
	@mkdir -p $(@D) && touch $@

# Trees of their own under build/, keyed by their recipes. Made before the tests: a test inside a network namespace reaches no mirror.
$(STAMPS)/asterisk: tests/peers/asterisk_root.py tests/peers/debian_tree.py $(STAMPS)/venv $(STAMPS)/peers
	$(BIN)/python -m tests.peers.asterisk_root
	@mkdir -p $(@D) && touch $@

$(STAMPS)/networkmanager: tests/network/networkmanager_root.py tests/peers/debian_tree.py $(STAMPS)/venv $(STAMPS)/peers
	$(BIN)/python -m tests.network.networkmanager_root
	@mkdir -p $(@D) && touch $@
