//! Keys of key pairs: made from bytes that nobody can guess, or read from what a client brings.

use std::fmt::Write as _;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chacha20::ChaCha20Rng;
use md5::{Digest, Md5};
use regiment_core::model::Time;
use regiment_core::vault::Secret;
use rsa::pkcs1::EncodeRsaPrivateKey;
use rsa::pkcs1v15::{Signature, SigningKey};
use rsa::pkcs8::{EncodePrivateKey, EncodePublicKey, LineEnding};
use rsa::rand_core::{Rng, SeedableRng};
use rsa::traits::PublicKeyParts;
use rsa::{RsaPrivateKey, RsaPublicKey};
use sha1::Sha1;
use sha2::Sha256;
use x509_cert::builder::profile::BuilderProfile;
use x509_cert::builder::{Builder, CertificateBuilder};
use x509_cert::der::asn1::{Any, ObjectIdentifier, UtcTime, Utf8StringRef};
use x509_cert::der::{Decode, DecodePem, Encode, EncodePem};
use x509_cert::ext::pkix::name::{GeneralName, OtherName};
use x509_cert::ext::pkix::{ExtendedKeyUsage, SubjectAltName};
use x509_cert::ext::{Extension, ToExtension};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::{SubjectPublicKeyInfoOwned, SubjectPublicKeyInfoRef};
use x509_cert::time::{Time as CertificateTime, Validity};
use x509_cert::{Certificate, TbsCertificate};

/// What a key pair is for: logging in to Linux, or to Windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Ssh,
    X509,
}

impl Kind {
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Ssh => "ssh",
            Kind::X509 => "x509",
        }
    }
}

/// A public key, or a certificate of one, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Public {
    pub text: String,
    pub fingerprint: String,
}

/// A new pair. The private half is for one answer and nowhere else.
pub struct Made {
    pub public: Public,
    pub private: Secret,
}

const BITS: usize = 2048;
const CERTIFICATE_DAYS: u64 = 3650;

/// Makes a pair: a matter of a tenth of a second and more. The same seed makes the same.
pub fn make(kind: Kind, seed: [u8; 32], user: &str, now: Time) -> Option<Made> {
    let mut random = ChaCha20Rng::from_seed(seed);
    let key = RsaPrivateKey::new(&mut random, BITS).ok()?;
    Some(match kind {
        Kind::Ssh => {
            let blob = blob_of(&key.to_public_key());
            let text = format!("ssh-rsa {} Generated-by-Nova\n", BASE64_STANDARD.encode(&blob));
            let private = key.to_pkcs1_pem(LineEnding::LF).ok()?;
            Made {
                public: Public { text, fingerprint: colons(&Md5::digest(&blob)) },
                private: Secret::new(private.as_str()),
            }
        }
        Kind::X509 => {
            let certificate = certificate(&key, random.next_u64() >> 1, user, now)?;
            let private = key.to_pkcs8_pem(LineEnding::LF).ok()?;
            Made { public: shown(&certificate)?, private: Secret::new(private.as_str()) }
        }
    })
}

/// Reads what a client brings; nothing, if it is no such key.
pub fn read(kind: Kind, text: &str) -> Option<Public> {
    match kind {
        Kind::Ssh => {
            let mut words = text.split_ascii_whitespace();
            let (name, data) = (words.next()?, words.next()?);
            let one_line = !text.trim_end_matches('\n').contains(['\n', '\r']);
            let blob = BASE64_STANDARD.decode(data).ok()?;
            let fits = one_line && is_public_key(name, &blob);
            fits.then(|| Public { text: text.to_owned(), fingerprint: colons(&Md5::digest(&blob)) })
        }
        Kind::X509 => {
            let certificate = Certificate::from_pem(text.trim().as_bytes()).ok()?;
            Some(Public { text: text.to_owned(), ..shown(&certificate)? })
        }
    }
}

fn colons(digest: &[u8]) -> String {
    let mut text = String::with_capacity(digest.len() * 3);
    for (at, byte) in digest.iter().enumerate() {
        let colon = if at == 0 { "" } else { ":" };
        write!(text, "{colon}{byte:02x}").expect("a text takes everything");
    }
    text
}

/// The key as SSH puts it on the wire.
fn blob_of(key: &RsaPublicKey) -> Vec<u8> {
    let mut blob = Vec::new();
    let mut put = |bytes: &[u8]| {
        let count = u32::try_from(bytes.len()).expect("a key is short");
        blob.extend_from_slice(&count.to_be_bytes());
        blob.extend_from_slice(bytes);
    };
    put(b"ssh-rsa");
    for number in [key.e_bytes(), key.n_bytes()] {
        // One zero in front keeps a number with its highest bit set from being a negative one.
        let digits = number.iter().skip_while(|byte| **byte == 0).copied();
        let mut number: Vec<u8> = digits.collect();
        if number.first().is_some_and(|first| first & 0x80 != 0) {
            number.insert(0, 0);
        }
        put(&number);
    }
    blob
}

/// The fields of a key on SSH's wire, each as long as it says; nothing, if they do not add up.
fn fields(mut blob: &[u8]) -> Option<Vec<&[u8]>> {
    let mut fields = Vec::new();
    while !blob.is_empty() {
        let (count, rest) = blob.split_first_chunk::<4>()?;
        let count = usize::try_from(u32::from_be_bytes(*count)).ok()?;
        let (field, rest) = rest.split_at_checked(count)?;
        fields.push(field);
        blob = rest;
    }
    Some(fields)
}

/// Whether it is a key of the kind it is said to be. Nova knows no security keys, and no RSA below
/// 1,024 bits is let in here.
fn is_public_key(name: &str, blob: &[u8]) -> bool {
    let Some(fields) = fields(blob) else { return false };
    let Some((&own_name, rest)) = fields.split_first() else { return false };
    let positive = |number: &&[u8]| number.first().is_some_and(|first| first & 0x80 == 0);
    let point = |curve: &str, bytes: usize| {
        matches!(rest, [own, point] if *own == curve.as_bytes()
            && point.len() == 2 * bytes + 1 && point[0] == 4)
    };
    own_name == name.as_bytes()
        && match name {
            "ssh-rsa" => {
                let enough = 1024 / 8;
                matches!(rest, [_, modulus] if rest.iter().all(positive) && modulus.len() > enough)
            }
            "ssh-dss" => rest.len() == 4 && rest.iter().all(positive),
            "ssh-ed25519" => matches!(rest, [key] if key.len() == 32),
            "ecdsa-sha2-nistp256" => point("nistp256", 32),
            "ecdsa-sha2-nistp384" => point("nistp384", 48),
            "ecdsa-sha2-nistp521" => point("nistp521", 66),
            _ => false,
        }
}

fn shown(certificate: &Certificate) -> Option<Public> {
    let fingerprint = colons(&Sha1::digest(certificate.to_der().ok()?));
    Some(Public { text: certificate.to_pem(LineEnding::LF).ok()?, fingerprint })
}

/// A certificate that signs itself, with which its owner logs in to Windows.
struct Login {
    subject: Name,
    user: String,
}

const CLIENT_AUTH: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.2");
const USER_PRINCIPAL_NAME: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.3.6.1.4.1.311.20.2.3");

impl BuilderProfile for Login {
    fn get_issuer(&self, subject: &Name) -> Name {
        subject.clone()
    }

    fn get_subject(&self) -> Name {
        self.subject.clone()
    }

    fn build_extensions(
        &self,
        _of: SubjectPublicKeyInfoRef<'_>,
        _by: SubjectPublicKeyInfoRef<'_>,
        certificate: &TbsCertificate,
    ) -> x509_cert::builder::Result<Vec<Extension>> {
        let principal = format!("{}@localhost", self.user);
        let value = Any::encode_from(&Utf8StringRef::new(&principal)?)?;
        let name = GeneralName::OtherName(OtherName { type_id: USER_PRINCIPAL_NAME, value });
        let subject = certificate.subject();
        Ok(vec![
            ExtendedKeyUsage(vec![CLIENT_AUTH]).to_extension(subject, &[])?,
            SubjectAltName(vec![name]).to_extension(subject, &[])?,
        ])
    }
}

fn certificate(key: &RsaPrivateKey, serial: u64, user: &str, now: Time) -> Option<Certificate> {
    let subject = format!("CN={user}").parse().ok()?;
    let from = Duration::from_secs(u64::try_from(now.0.div_euclid(1_000)).ok()?);
    let time = |at: Duration| UtcTime::from_unix_duration(at).ok().map(CertificateTime::UtcTime);
    let until = from + Duration::from_secs(CERTIFICATE_DAYS * 86_400);
    let validity = Validity::new(time(from)?, time(until)?);
    let public = key.to_public_key().to_public_key_der().ok()?;
    let public = SubjectPublicKeyInfoOwned::from_der(public.as_bytes()).ok()?;
    let login = Login { subject, user: user.to_owned() };
    let builder =
        CertificateBuilder::new(login, SerialNumber::from(serial), validity, public).ok()?;
    builder.build::<_, Signature>(&SigningKey::<Sha256>::new(key.clone())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    // Made by OpenSSH 9.2, fingerprints by its `ssh-keygen -l -E md5`.
    const ED25519: (&str, &str) = (
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAp6ynlouiiwPnEY2NNW8PZWUO5X2l6YhnHNT4GnSSoz probe",
        "f1:e1:79:1c:1c:dd:b6:cf:d1:4b:a7:4c:3d:69:1e:31",
    );
    const ECDSA: (&str, &str) = (
        "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBGtXqYODu+D43YL6xdkE6UlamCB2QUNfNcwMXgqPMAVZjv6uJTFJ/Kcd7wCxWlxGFMvX0BhMXPVmGcYhpvmSPDw= probe",
        "74:95:8c:0b:49:08:17:65:81:f6:b6:dd:ff:17:89:57",
    );

    #[test]
    fn keys_are_read_and_told_as_openssh_tells_them() {
        for (text, fingerprint) in [ED25519, ECDSA] {
            let read = read(Kind::Ssh, text).expect("OpenSSH makes good keys");
            assert_eq!((read.text.as_str(), read.fingerprint.as_str()), (text, fingerprint));
        }
    }

    #[test]
    fn what_is_no_key_is_not_read() {
        let (text, _) = ED25519;
        for bad in [
            "",
            "ssh-ed25519",
            "ssh-ed25519 AAAA",
            "ssh-ed25519 not base64",
            &text.replacen("ssh-ed25519", "ssh-rsa", 1),
            &text.replacen("AAAAC3", "AAAAD3", 1),
            &text.replace(' ', ""),
            &format!("{text}\n{text}"),
        ] {
            assert_eq!(read(Kind::Ssh, bad), None, "{bad}");
        }
        assert_eq!(read(Kind::X509, text), None);
        assert_eq!(
            read(Kind::X509, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"),
            None
        );
    }

    #[test]
    fn a_pair_is_one_and_depends_on_its_seed() {
        use rsa::pkcs1::DecodeRsaPrivateKey as _;
        let make = |seed| make(Kind::Ssh, [seed; 32], "user", Time(0)).expect("it is made");
        let made = make(1);
        let key = RsaPrivateKey::from_pkcs1_pem(made.private.expose()).expect("it is a key");
        let blob = BASE64_STANDARD.encode(blob_of(&key.to_public_key()));
        assert_eq!(made.public.text, format!("ssh-rsa {blob} Generated-by-Nova\n"));
        assert_eq!(read(Kind::Ssh, &made.public.text), Some(made.public.clone()));
        assert_eq!(make(1).public, made.public);
        assert_ne!(make(2).public, made.public);
    }

    #[test]
    fn a_certificate_is_of_its_key_and_signs_itself() {
        use rsa::pkcs8::{DecodePrivateKey as _, DecodePublicKey as _};
        use rsa::signature::Verifier as _;
        let now = Time(1_767_323_045_000);
        let made = make(Kind::X509, [3; 32], "25bf60ff", now).expect("it is made");
        let key = RsaPrivateKey::from_pkcs8_pem(made.private.expose()).expect("it is a key");
        let certificate = Certificate::from_pem(made.public.text.as_bytes()).expect("it is one");
        let told = certificate.tbs_certificate();
        let public = told.subject_public_key_info().to_der().expect("it has a form");
        let public = RsaPublicKey::from_public_key_der(&public).expect("it is a key");
        assert_eq!(public, key.to_public_key());
        let signature = certificate.signature().raw_bytes();
        let signature = Signature::try_from(signature).expect("it is a signature");
        let said = told.to_der().expect("it has a form");
        rsa::pkcs1v15::VerifyingKey::<Sha256>::new(public)
            .verify(&said, &signature)
            .expect("it signed itself");
        assert_eq!(told.subject().to_string(), "CN=25bf60ff");
        assert_eq!(read(Kind::X509, &made.public.text), Some(made.public));
    }
}
