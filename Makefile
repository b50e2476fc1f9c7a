# The front door. `make help` lists what there is; every target is a script that can be run by itself.

SHELL := /bin/bash
.DEFAULT_GOAL := help
T ?=
ALL ?=

.PHONY: help demo check setup base tree export series kernels kunit sim lint bisect scenarios bench mbox clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12
	@echo; echo 'Variables: KSRC=DIR (kernel tree instead of the pinned base), TREE=DIR, JOBS=N, T=name (scenarios)'

demo: tree ## boot a cluster, replicate, kill the primary, verify every byte, resynchronise
	@scripts/build-kernel release
	@scripts/demo

check: ## every test, one summary at the end
	@scripts/check

setup: ## install the Debian packages that are missing
	@scripts/setup

base: setup ## fetch the base kernel, verified
	@scripts/fetch-base

tree: base ## git work tree build/linux: the base and one commit a patch
	@scripts/tree

export: ## work tree -> patches, series, snapshots
	@scripts/export

series: tree ## patches, series, snapshots and tree agree; the series applies
	@scripts/check-series

kernels: tree ## both kernels of the lab, with their modules
	@scripts/build-kernel release debug

kunit: tree ## KUnit suites on UML
	@scripts/kunit

sim: tree ## core/ as a program: suites, coverage, packets, fuzzing, clusters; N=100000: just that many cluster schedules
	@$(if $(N),scripts/sim/cluster --schedules $(N) --all,scripts/sim/check)

lint: tree ## checkpatch, sparse, coccinelle, kernel-doc, codespell, YNL, shellcheck, pyflakes
	@scripts/lint

bisect: tree ## build every patch in every configuration that it offers
	@scripts/bisect --all

scenarios: tree ## cluster scenarios in virtual machines; T=name chooses, ALL=1 takes the long ones, too
	@scripts/build-kernel debug
	@ALL=$(ALL) scripts/scenarios $(T)

bench: tree ## speed as ratios, measured in one run
	@scripts/build-kernel release
	@scripts/bench

mbox: tree ## one threaded mbox a part, accepted by b4 and git am
	@scripts/mbox --check

clean: ## remove all that can be made again (not the compiler's cache)
	@rm -rf build
