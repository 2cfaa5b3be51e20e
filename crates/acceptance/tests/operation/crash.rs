//! `kill -9` under load: what was acknowledged holds, what was spent or revoked stays so.
//!
//! Three rounds, or a hundred with `VALETKEY_LONG=1`. This proves that an answer comes after its record is handed
//! to the kernel; `power_cut` proves that it is on the disk by then.

use crate::support::told::{DEVICES, Work};
use crate::support::{Scene, long};

#[test]
fn acknowledged_is_kept_and_spent_is_spent_after_kill_9() {
    let mut scene = Scene::plain(DEVICES);
    let mut work = Work::begin(&scene);
    for _ in 0..if long() { 100 } else { 3 } {
        let told = work.load_and_kill(&mut scene);
        scene.provider.start();
        work.verify(&scene, told);
    }
    work.verify_all(&scene);
}
