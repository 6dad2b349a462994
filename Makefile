# Two commands do the work on a fresh machine: `make run` and `make test`.

# What the station begins with; without a display, what is run.
SCENARIO ?= scenarios/fog_bank.ron
# More options for the program, for example: make run ARGS="--fullscreen"
ARGS ?=

HEADLESS = --no-default-features --features sim

.PHONY: help run test bench check

help:
	@echo "make run     the station if there is a display, else the scenario headless with a modelled operator"
	@echo "make test    all tests of every tier"
	@echo "make bench   what a tick costs, against the bare physics"
	@echo "make check   everything that CI checks"
	@echo "options:     SCENARIO=$(SCENARIO)  ARGS=\"--fullscreen\""

# The first build takes about 15 minutes with the window and 3 without, on two cores. A run that was
# ended early (exit code 3, by quitting for one) has said so; make need not call it an error.
run:
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then \
	  .ci/system-packages station && \
	  { cargo run --release -- station $(SCENARIO) $(ARGS) || [ $$? -eq 3 ]; }; \
	else \
	  echo "no display (DISPLAY and WAYLAND_DISPLAY are not set): running without the window" >&2 && \
	  .ci/system-packages build && \
	  { cargo run --release $(HEADLESS) -- run $(SCENARIO) --headless --report $(ARGS) || [ $$? -eq 3 ]; }; \
	fi

test:
	@.ci/system-packages test
	cargo test --release --no-default-features
	cargo test --release $(HEADLESS)
	cargo test --release --features station

bench:
	@.ci/system-packages build
	cargo bench $(HEADLESS)

check:
	.ci/run
