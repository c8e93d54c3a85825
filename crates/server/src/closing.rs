//! Tells everyone that the server is about to end.

use tokio::sync::watch;

/// Says when.
pub struct Close(watch::Sender<bool>);

/// Is told when.
#[derive(Clone)]
pub struct Closing(watch::Receiver<bool>);

pub fn pair() -> (Close, Closing) {
    let (close, closing) = watch::channel(false);
    (Close(close), Closing(closing))
}

impl Close {
    pub fn begin(&self) {
        self.0.send_replace(true);
    }
}

impl Closing {
    pub fn has_begun(&self) -> bool {
        *self.0.borrow()
    }

    /// Resolves when it has begun, or when nobody is left who could say so.
    pub async fn begun(&mut self) {
        let _ = self.0.wait_for(|begun| *begun).await;
    }
}
