# What a newcomer needs: `make demo` and `make test`. Everything else is for those who work on
# brenier. Needed: Rust (rustup reads rust-toolchain.toml), make, a C compiler; `deps` looks for
# them and for m4, which GMP's build wants.

CARGO ?= cargo
FUZZ_SECONDS ?= 60

.PHONY: help deps demo test python bench fuzz mutants docs pictures viewer clean

help:
	@echo "make demo    solve, check and draw a real example into demo-out/"
	@echo "make test    run every test, documentation examples and the Python package included"
	@echo "make python  build the Python wheel into target/wheels, and test it"
	@echo "make bench   time brenier beside CGAL, spade, delaunator, sdot, POT and voro++, and sampling beside its limits (quiet machine, please)"
	@echo "make fuzz    run every fuzz target for FUZZ_SECONDS=$(FUZZ_SECONDS) (nightly Rust)"
	@echo "make mutants change the source in some hundred small ways, one at a time, and see which tests notice (needs Python)"
	@echo "make docs    build the library's documentation into target/doc/brenier"
	@echo "make pictures draw the pictures of the guide again, by its own commands"
	@echo "make viewer  bundle the JavaScript of the pages again, after changes in viewer/ (needs npm)"
	@echo "make clean   remove everything that was built"

deps:
	@sh scripts/deps.sh

demo: deps
	@sh scripts/demo.sh

test:
	@sh scripts/deps.sh --browser
	$(CARGO) test --locked --no-fail-fast
	@sh scripts/python.sh

python: deps
	@sh scripts/python.sh release

bench: deps
	@sh bench/run.sh
	@sh bench/solve.sh
	$(CARGO) bench --locked --bench sample

fuzz: deps
	@sh scripts/fuzz.sh $(FUZZ_SECONDS)

mutants: deps
	@python3 scripts/mutants.py

docs: deps
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --no-deps --lib

pictures: deps
	$(CARGO) build --release --locked --bin brenier
	@sh scripts/pictures.sh

viewer:
	@sh scripts/viewer.sh

clean:
	$(CARGO) clean
	rm -rf viewer/node_modules demo-out bench/build fuzz/target python/target
