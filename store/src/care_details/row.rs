//! A person's row of care details: sealed, and opened.

use crate::{
    StoreError,
    entity::{care_detail, person},
    sealed::{Keys, Place, Sealing},
};
use domain::{
    address::Address,
    care_details::{CareDetails, CareField, CareNote},
};
use sea_orm::ActiveValue::Set;

/// The table of the sealed fields, as they are bound to it.
pub(crate) const TABLE: &str = "care_detail";

/// Which fields of a row are kept.
pub(super) fn kept(row: &care_detail::Model) -> Vec<CareField> {
    let all = [
        (CareField::Allergies, row.allergies.is_some()),
        (CareField::Health, row.health.is_some()),
        (CareField::Diet, row.diet.is_some()),
        (CareField::Contact, row.contact.is_some()),
        (CareField::Address, row.address.is_some()),
    ];
    all.into_iter().filter_map(|(field, kept)| kept.then_some(field)).collect()
}

/// A person's row, with the fields sealed for it. A value that is the same as before is sealed anew all the same: a row
/// has one key.
pub(crate) fn sealed(
    sealing: &Sealing,
    keys: &Keys,
    of: &person::Model,
    details: &CareDetails,
) -> Result<care_detail::ActiveModel, StoreError> {
    let seal = |column, plain: Option<&[u8]>| {
        plain.map(|plain| sealing.seal(Place { table: TABLE, column, row: of.id }, plain)).transpose()
    };
    let note = |note: &Option<CareNote>| note.as_ref().map(|note| note.as_str().as_bytes().to_vec());
    let contact = details.contact.as_ref().map(serde_json::to_vec).transpose().map_err(|_| StoreError::Sealed)?;
    let address = details.address.as_ref().map(|address| address.as_str().as_bytes());
    let blind = |column, value: Option<String>| {
        value.map(|value| keys.blind(TABLE, column, of.community_id, &value)).transpose()
    };
    let phone = details.contact.as_ref().map(|contact| contact.phone.as_str().to_owned());
    let home = details.address.as_ref().and_then(Address::home);
    let mut model = care_detail::ActiveModel {
        person_id: Set(of.id),
        community_id: Set(of.community_id),
        key_id: Set(sealing.key()),
        ..Default::default()
    };
    model.allergies = Set(seal("allergies", note(&details.allergies).as_deref())?);
    model.health = Set(seal("health", note(&details.health).as_deref())?);
    model.diet = Set(seal("diet", note(&details.diet).as_deref())?);
    model.contact = Set(seal("contact", contact.as_deref())?);
    model.address = Set(seal("address", address)?);
    model.contact_index = Set(blind("contact", phone)?);
    model.address_index = Set(blind("address", home)?);
    Ok(model)
}

/// What a row's fields say.
pub(super) fn open(keys: &Keys, row: &care_detail::Model) -> Result<CareDetails, StoreError> {
    let field = |column, sealed: &Option<Vec<u8>>| {
        let open = |sealed: &Vec<u8>| keys.open(row.key_id, Place { table: TABLE, column, row: row.person_id }, sealed);
        sealed.as_ref().map(open).transpose()
    };
    let text = |column, sealed| -> Result<Option<String>, StoreError> {
        let opened = field(column, sealed)?;
        opened.map(|bytes| std::str::from_utf8(&bytes).map(str::to_owned).map_err(|_| StoreError::Sealed)).transpose()
    };
    let note = |column, sealed| -> Result<Option<CareNote>, StoreError> {
        text(column, sealed)?.map(|text| CareNote::parse(&text).map_err(|_| StoreError::Sealed)).transpose()
    };
    let contact = field("contact", &row.contact)?;
    let address = text("address", &row.address)?;
    Ok(CareDetails {
        allergies: note("allergies", &row.allergies)?,
        health: note("health", &row.health)?,
        diet: note("diet", &row.diet)?,
        contact: contact.map(|json| serde_json::from_slice(&json).map_err(|_| StoreError::Sealed)).transpose()?,
        address: address.map(|text| Address::parse(&text).map_err(|_| StoreError::Sealed)).transpose()?,
    })
}
