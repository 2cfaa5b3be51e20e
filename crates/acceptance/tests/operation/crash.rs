//! `kill -9` under load: what was acknowledged holds, what was spent or revoked stays so.
//!
//! Three rounds, or a hundred with `VALETKEY_LONG=1`. This proves that an answer comes after its record is handed
//! to the kernel; `power_cut` proves that it is on the disk by then.

use crate::support::removals::Removals;
use crate::support::told::{DEVICES, Work, random_below};
use crate::support::{Scene, long};

#[test]
fn acknowledged_is_kept_and_spent_is_spent_after_kill_9() {
    let mut scene = Scene::plain(DEVICES);
    let mut work = Work::begin(&scene);
    let mut removals = Removals::begin(&scene);
    for _ in 0..if long() { 100 } else { 3 } {
        let (clients, connected) = (
            work.clients(&scene, vec![scene.api()]),
            removals.connect(&scene),
        );
        let (api, mut removed) = (scene.api(), Vec::new());
        let told = work.load(clients, || {
            removed = std::thread::scope(|scope| {
                let removing = scope.spawn(|| Removals::remove(&api, connected));
                std::thread::sleep(random_below(250));
                scene.provider.kill();
                removing.join().expect("it ends")
            });
        });
        scene.provider.start();
        work.verify(&scene, told);
        removals.verify_on(&[&scene], &removed);
    }
    work.verify_all(&scene);
    removals.tell();
}
