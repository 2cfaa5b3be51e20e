//! The `valetkey` binary: an OAuth provider in one file.

/// Small and steady under many short allocations.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    // Pages of 2 MiB would fill the allocator's arena: 14 MiB more while idle, for nothing measurable. It does not ask for
    // them (`no_thp`); this is for systems that give them unasked.
    #[cfg(target_os = "linux")]
    let _ = nix::sys::prctl::set_thp_disable(true);
    server::main()
}
