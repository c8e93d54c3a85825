//! A certificate authority of our own, for clients that insist on TLS: made once, its key sealed
//! in the data folder, its certificate beside it for clients to trust.

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, SanType, date_time_ymd,
};
use regiment_core::model::Time;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use zeroize::Zeroizing;

use super::{TlsError, names};
use crate::data_folder::write_private;
use crate::vault::{KeyVault, Purpose};

const DAY: Duration = Duration::from_hours(24);
/// Nobody wants to trust it anew while a machine lives.
const AUTHORITY_DAYS: u32 = 3_650;
/// A leaf is made at each start; 825 days is the most that all clients accept.
const LEAF_DAYS: u32 = 820;

pub const CERTIFICATE_FILE: &str = "ca.pem";
const KEY_FILE: &str = "ca.key.sealed";

/// A certificate chain and the key it belongs to.
pub struct Leaf {
    pub chain: Vec<CertificateDer<'static>>,
    pub key: PrivateKeyDer<'static>,
}

/// A leaf of the authority kept in this folder, which is made if it is not there.
pub fn leaf(folder: &Path, vault: &KeyVault, listen: IpAddr, now: Time) -> Result<Leaf, TlsError> {
    let key = authority_key(folder, vault, now)?;
    let issuer = Issuer::new(authority_params(&key, now), key);
    let mut params = CertificateParams::new(names::hosts())?;
    for address in names::addresses(listen) {
        params.subject_alt_names.push(SanType::IpAddress(address));
    }
    params.distinguished_name.push(DnType::CommonName, "regiment");
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    set_validity(&mut params, now, LEAF_DAYS);
    let leaf_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let leaf = params.signed_by(&leaf_key, &issuer)?;
    let key = PrivatePkcs8KeyDer::from(leaf_key.serialize_der());
    Ok(Leaf { chain: vec![leaf.der().clone()], key: key.into() })
}

fn authority_key(folder: &Path, vault: &KeyVault, now: Time) -> Result<KeyPair, TlsError> {
    let certificate_file = folder.join(CERTIFICATE_FILE);
    let key_file = folder.join(KEY_FILE);
    if key_file.exists() && certificate_file.exists() {
        let sealed = std::fs::read(&key_file)?;
        let der = vault
            .open_bytes(Purpose::AuthorityKey, &sealed)
            .ok_or(TlsError::AuthorityUnreadable)?;
        let der = PrivatePkcs8KeyDer::from(der.as_slice());
        return Ok(KeyPair::from_pkcs8_der_and_sign_algo(&der, &PKCS_ECDSA_P256_SHA256)?);
    }
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let certificate = authority_params(&key, now).self_signed(&key)?;
    let der = Zeroizing::new(key.serialize_der());
    // The key first: a certificate without its key would be trusted for nothing.
    write_private(&key_file, &vault.seal_bytes(Purpose::AuthorityKey, &der))?;
    write_private(&certificate_file, certificate.pem().as_bytes())?;
    Ok(key)
}

/// A function of the key but for the dates, so that leaves fit the certificate made at first.
fn authority_params(key: &KeyPair, now: Time) -> CertificateParams {
    let mut params = CertificateParams::default();
    let mark = &regiment_dialects::sign::sha256_hex(key.public_key_raw())[..8];
    params.distinguished_name.push(DnType::CommonName, format!("Regiment local CA {mark}"));
    params.distinguished_name.push(DnType::OrganizationName, "Regiment");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    set_validity(&mut params, now, AUTHORITY_DAYS);
    params
}

fn set_validity(params: &mut CertificateParams, now: Time, days: u32) {
    let since = Duration::from_secs(u64::try_from(now.seconds()).unwrap_or_default());
    let now = date_time_ymd(1970, 1, 1) + since;
    // Clocks differ a little between machines.
    params.not_before = now - DAY;
    params.not_after = now + DAY * days;
}
