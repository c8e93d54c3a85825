//! When a person or the system says that it is enough.

use std::io;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Listens from when it is made, so that nothing said after that is missed.
pub struct Signals {
    #[cfg(unix)]
    interrupt: Signal,
    #[cfg(unix)]
    terminate: Signal,
}

#[cfg(unix)]
impl Signals {
    /// To be called from within a runtime.
    pub fn listen() -> io::Result<Signals> {
        let interrupt = signal(SignalKind::interrupt())?;
        let terminate = signal(SignalKind::terminate())?;
        Ok(Signals { interrupt, terminate })
    }

    /// Resolves at the first signal, and says which.
    pub async fn told(&mut self) -> io::Result<&'static str> {
        Ok(tokio::select! {
            _ = self.interrupt.recv() => "interrupted",
            _ = self.terminate.recv() => "told to end",
        })
    }
}

#[cfg(not(unix))]
impl Signals {
    pub fn listen() -> io::Result<Signals> {
        Ok(Signals {})
    }

    pub async fn told(&mut self) -> io::Result<&'static str> {
        tokio::signal::ctrl_c().await.map(|()| "interrupted")
    }
}
