//! Images that are added while the server runs, by another process. A folder that did not change since
//! it was last looked at costs one question to the system.

use std::time::{Duration, SystemTime};

use regiment_core::model::Image;
use regiment_drivers::images::{Library, StoredImage};
use tokio::time::{MissedTickBehavior, interval};

use crate::engine_thread::EngineHandle;

const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// Puts what is added to the library into the catalog, as long as there is an engine. What is taken
/// out stays in the catalog: servers that were made from it name it.
pub async fn offer_new(library: Library, engine: EngineHandle) {
    let mut watch = Watch { library, last: Seen::Nothing };
    let mut tick = interval(LOOK_AGAIN);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        let Ok((back, found)) = tokio::task::spawn_blocking(move || {
            let found = watch.look();
            (watch, found)
        })
        .await
        else {
            return;
        };
        watch = back;
        if let Some(images) = found
            && engine.offer(images).is_err()
        {
            watch.last = Seen::Nothing;
        }
    }
}

struct Watch {
    library: Library,
    last: Seen,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seen {
    Nothing,
    /// Since the folder changed it may have changed once more within the same tick of its clock.
    Once(Option<SystemTime>),
    Twice(Option<SystemTime>),
}

impl Watch {
    /// All images, if there may be other ones than at the last look.
    fn look(&mut self) -> Option<Vec<Image>> {
        let changed = self.library.folder().metadata().and_then(|about| about.modified()).ok();
        let next = match self.last {
            Seen::Twice(before) if before == changed => return None,
            Seen::Once(before) if before == changed => Seen::Twice(changed),
            Seen::Nothing | Seen::Once(_) | Seen::Twice(_) => Seen::Once(changed),
        };
        match self.library.list() {
            Ok(listing) => {
                self.last = next;
                Some(listing.images.iter().map(StoredImage::as_offered).collect())
            }
            Err(error) => {
                tracing::warn!("the images are not read: {error}");
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn put(library: &Library, id: &str, name: &str) {
        let folder = library.folder().join(id);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("disk.qcow2"), b"disk").unwrap();
        let about = format!("name = '{name}'\nos = 'Debian'\nsize = 1\nagent = true\n");
        fs::write(folder.join("image.toml"), about).unwrap();
    }

    #[test]
    fn an_image_is_seen_when_it_is_there_and_a_folder_at_rest_is_not_read() {
        let data = tempfile::tempdir().unwrap();
        let library = Library::of(data.path());
        let mut watch = Watch { library: library.clone(), last: Seen::Nothing };
        // There is no folder yet.
        assert_eq!(watch.look().map(|images| images.len()), Some(0));
        assert_eq!(watch.look().map(|images| images.len()), Some(0));
        assert_eq!(watch.look(), None);
        put(&library, "11111111-1111-4111-8111-111111111111", "one");
        let names = |images: Option<Vec<Image>>| -> Vec<String> {
            images.unwrap_or_default().iter().map(|image| image.name.to_string()).collect()
        };
        assert_eq!(names(watch.look()), ["one"]);
        assert_eq!(names(watch.look()), ["one"], "once more, for what came within the same tick");
        assert_eq!(watch.look(), None);
        put(&library, "22222222-2222-4222-8222-222222222222", "two");
        assert_eq!(names(watch.look()).len(), 2);
    }
}
