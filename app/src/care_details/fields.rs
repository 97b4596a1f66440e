//! The fields of care details: the same for a family and for staff with a paper form.

use crate::{
    error::AppError,
    frame::typed,
    parts::{Field, FieldError, Icon, escaped, field_problem},
    say, words,
};
use domain::{
    care_details::{CareDetails, CareField, CareNote},
    reading::KeptCare,
};
use leptos::{prelude::*, server_fn::ServerFn};

/// What a form of care details sends, by the names of its inputs.
#[cfg(feature = "ssr")]
#[derive(Default)]
pub struct Sent {
    pub allergies: Option<String>,
    pub health: Option<String>,
    pub diet: Option<String>,
    pub contact_name: Option<String>,
    pub contact_phone: Option<String>,
    pub contact_relation: Option<String>,
    pub address: Option<String>,
    pub agree: Option<String>,
}

#[cfg(feature = "ssr")]
impl Sent {
    /// What was typed, by the ids of the inputs.
    pub fn typed(&self) -> [(&'static str, Option<&str>); 8] {
        [
            ("care-allergies", self.allergies.as_deref()),
            ("care-health", self.health.as_deref()),
            ("care-diet", self.diet.as_deref()),
            ("care-contact_name", self.contact_name.as_deref()),
            ("care-contact_phone", self.contact_phone.as_deref()),
            ("care-contact_relation", self.contact_relation.as_deref()),
            ("care-address", self.address.as_deref()),
            ("care-agree", self.agree.as_deref()),
        ]
    }

    /// Reads all of it; what is empty is not kept.
    pub fn read(&self) -> Result<CareDetails, AppError> {
        use domain::{
            address::Address,
            care_details::Contact,
            phone::PhoneNumber,
            text::{InputProblem, Line, PersonName},
        };
        fn given(value: &Option<String>) -> Option<&str> {
            value.as_deref().map(str::trim).filter(|text| !text.is_empty())
        }
        fn read<T>(
            field: &str,
            value: &Option<String>,
            parse: impl Fn(&str) -> Result<T, InputProblem>,
        ) -> Result<Option<T>, AppError> {
            let parsed = given(value).map(parse).transpose();
            parsed.map_err(|problem| crate::ssr::said(AppError::invalid(field, problem)))
        }
        let name = read("contact_name", &self.contact_name, PersonName::parse)?;
        let phone = read("contact_phone", &self.contact_phone, PhoneNumber::parse)?;
        let relation = read("contact_relation", &self.contact_relation, Line::parse)?;
        let missing = |field| Err(crate::ssr::said(AppError::invalid(field, InputProblem::Empty)));
        let contact = match (name, phone) {
            (Some(name), Some(phone)) => Some(Contact { name, phone, relation }),
            (None, None) if relation.is_none() => None,
            (None, _) => return missing("contact_name"),
            (Some(_), None) => return missing("contact_phone"),
        };
        Ok(CareDetails {
            allergies: read("allergies", &self.allergies, CareNote::parse)?,
            health: read("health", &self.health, CareNote::parse)?,
            diet: read("diet", &self.diet, CareNote::parse)?,
            contact,
            address: read("address", &self.address, Address::parse)?,
        })
    }
}

/// Keeps what a form sends. What is refused waits for its page in the login session, sealed like the fields.
#[cfg(feature = "ssr")]
pub async fn keep(
    slug: &str,
    person: &str,
    version: &str,
    sent: &Sent,
    door: domain::rights::Door,
) -> Result<(), AppError> {
    use store::care_details::{NewCareDetails, keep_care_details};
    let id = person.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let version = version.parse().map_err(|_| crate::ssr::said(AppError::BadRequest))?;
    crate::ssr::keeping_sealed(&sent.typed(), async {
        let who = crate::ssr::need_who().await?;
        let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
        let new = NewCareDetails { details: sent.read()?, version, agreed: sent.agree.is_some() };
        crate::ssr::told(keep_care_details(&host.db, &host.keys, &who, id, new, door, now).await, slug).await
    })
    .await
}

/// Fields that say their own problems.
pub const FIELDS: &[&str] =
    &["allergies", "health", "diet", "contact_name", "contact_phone", "contact_relation", "address"];

/// The inputs, filled with what is kept, and the consent while there is none.
#[component]
pub fn DetailFields<S>(
    /// What is kept.
    kept: KeptCare,
    /// The action that keeps it.
    action: ServerAction<S>,
    /// True at the desk, where a signed paper speaks for the family.
    paper: bool,
) -> impl IntoView
where
    S: ServerFn<Error = AppError> + Send + Sync + Clone + 'static,
    S::Output: Send + Sync + Clone + 'static,
{
    let KeptCare { details, version, agreed, guardian } = kept;
    let CareDetails { allergies, health, diet, contact, address } = details;
    let note = |note: Option<CareNote>| note.map(String::from).unwrap_or_default();
    let (name, phone, relation) = match contact {
        Some(contact) => (contact.name.into(), contact.phone.into(), contact.relation.map(String::from)),
        None => (String::new(), String::new(), None),
    };
    let relation = relation.unwrap_or_default();
    let address = address.map(String::from).unwrap_or_default();
    let consent = match agreed {
        Some(date) => view! {
            <p class="soft">{say!(care_details.agreed, date = words::date_year(date)).to_string()}</p>
        }
        .into_any(),
        None => {
            let text = match (paper, guardian) {
                (false, true) => say!(care_details.agree_guardian),
                (false, false) => say!(care_details.agree_own),
                (true, true) => say!(care_details.agree_paper_guardian),
                (true, false) => say!(care_details.agree_paper_own),
            };
            view! {
                <label class="choice">
                    <input type="checkbox" name="agree" value="yes" checked=typed("care-agree").is_some() />
                    <b>{text}</b>
                    <span class="choice__note">{say!(care_details.agree_note)}</span>
                </label>
            }
            .into_any()
        }
    };
    view! {
        <input type="hidden" name="version" value=version.to_string() />
        <Note name="allergies" label=say!(care_details.allergies) hint=say!(care_details.allergies_hint) value=note(allergies) problem=field_problem(action, "allergies") />
        <Note name="health" label=say!(care_details.health) hint=say!(care_details.health_hint) value=note(health) problem=field_problem(action, "health") />
        <Note name="diet" label=say!(care_details.diet) hint=say!(care_details.diet_hint) value=note(diet) problem=field_problem(action, "diet") />
        <fieldset class="group">
            <legend>{say!(care_details.contact)}</legend>
            <div class="fields">
                <Field
                    name="contact_name"
                    form="care-"
                    label=say!(care_details.contact_name)
                    value=name
                    autocomplete="off"
                    problem=field_problem(action, "contact_name")
                />
                <Field
                    name="contact_phone"
                    form="care-"
                    kind="tel"
                    label=say!(care_details.contact_phone)
                    value=phone
                    autocomplete="off"
                    problem=field_problem(action, "contact_phone")
                />
                <Field
                    name="contact_relation"
                    form="care-"
                    label=say!(care_details.contact_relation)
                    value=relation
                    autocomplete="off"
                    problem=field_problem(action, "contact_relation")
                />
            </div>
        </fieldset>
        <Field
            name="address"
            form="care-"
            label=say!(care_details.address)
            hint=say!(care_details.address_hint).to_owned()
            value=address
            autocomplete="off"
            problem=field_problem(action, "address")
        />
        {consent}
    }
}

/// A few words, in as many lines as they take.
#[component]
fn Note(
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    value: String,
    problem: Signal<Option<String>>,
) -> impl IntoView {
    let id = format!("care-{name}");
    let value = typed(&id).unwrap_or(value);
    let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
    let described = {
        let (hint_id, error_id) = (hint_id.clone(), error_id.clone());
        move || match problem.get() {
            Some(_) => format!("{hint_id} {error_id}"),
            None => hint_id.clone(),
        }
    };
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <p class="field__hint" id=hint_id>
                {hint}
            </p>
            <textarea
                class="input input--note"
                id=id
                name=name
                rows="2"
                autocomplete="off"
                aria-describedby=described
                aria-invalid=move || problem.get().map(|_| "true")
                inner_html=escaped(&value)
            ></textarea>
            <FieldError problem id=error_id />
        </div>
    }
}

/// All that is kept, to be read.
#[component]
pub fn Details(
    /// What it says.
    details: CareDetails,
) -> impl IntoView {
    let CareDetails { allergies, health, diet, contact, address } = details;
    let plain = |field: CareField, text: Option<String>| {
        let class = if field == CareField::Allergies && text.is_some() { "facts__alert" } else { "" };
        let text = match text {
            Some(text) => view! { <b>{text}</b> }.into_any(),
            None => view! { <span class="soft">{say!(care_details.unset)}</span> }.into_any(),
        };
        view! {
            <div class=class>
                <dt>{words::care_field(field)}</dt>
                <dd>{text}</dd>
            </div>
        }
    };
    let contact = match contact {
        Some(contact) => {
            let phone = contact.phone.as_str().to_owned();
            view! {
                <span>
                    <b>{contact.name.as_str().to_owned()}</b>
                    {contact.relation.map(|relation| format!(" · {relation}"))}
                </span>
                <a class="phone-number" href=crate::frame::telephone(&phone)>
                    <Icon name="phone" />
                    {phone.clone()}
                </a>
            }
            .into_any()
        }
        None => view! { <span class="soft">{say!(care_details.unset)}</span> }.into_any(),
    };
    view! {
        <dl class="facts facts--care">
            {plain(CareField::Allergies, allergies.map(String::from))}
            {plain(CareField::Health, health.map(String::from))} {plain(CareField::Diet, diet.map(String::from))}
            <div>
                <dt>{words::care_field(CareField::Contact)}</dt>
                <dd>{contact}</dd>
            </div>
            {plain(CareField::Address, address.map(String::from))}
        </dl>
    }
}
