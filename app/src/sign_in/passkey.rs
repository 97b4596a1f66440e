//! The browser's side of passkeys (Web Authentication, Level 3, 5.1): JSON of the server goes in, JSON for it comes out.

use leptos::web_sys::js_sys::{self, JSON, Object, Reflect};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// A credential.
    type Credential;

    #[wasm_bindgen(method, catch, js_name = toJSON)]
    fn to_json(this: &Credential) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_namespace = PublicKeyCredential, js_name = parseCreationOptionsFromJSON)]
    fn parse_creation(options: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_namespace = PublicKeyCredential, js_name = parseRequestOptionsFromJSON)]
    fn parse_request(options: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_namespace = ["navigator", "credentials"], js_name = create)]
    async fn create_credential(options: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_namespace = ["navigator", "credentials"], js_name = get)]
    async fn get_credential(options: &JsValue) -> Result<JsValue, JsValue>;
}

/// True in a browser that has passkeys, and reads what a server asks as JSON.
pub fn has_passkeys() -> bool {
    let global = js_sys::global();
    let class = Reflect::get(&global, &"PublicKeyCredential".into()).unwrap_or(JsValue::UNDEFINED);
    Reflect::get(&class, &"parseCreationOptionsFromJSON".into()).is_ok_and(|parse| parse.is_function())
}

/// Makes a passkey. None if the visitor stopped, or has nothing to make one with.
pub async fn create(options: &str) -> Option<String> {
    let options = public_key(&parse_creation(&JSON::parse(options).ok()?).ok()?)?;
    answer(create_credential(&options).await.ok()?)
}

/// Asks for a passkey. None if the visitor stopped, or has none.
pub async fn get(options: &str) -> Option<String> {
    let options = public_key(&parse_request(&JSON::parse(options).ok()?).ok()?)?;
    answer(get_credential(&options).await.ok()?)
}

fn public_key(options: &JsValue) -> Option<JsValue> {
    let whole = Object::new();
    Reflect::set(&whole, &"publicKey".into(), options).ok()?;
    Some(whole.into())
}

fn answer(credential: JsValue) -> Option<String> {
    if !credential.is_object() {
        return None;
    }
    let json = credential.unchecked_into::<Credential>().to_json().ok()?;
    JSON::stringify(&json).ok()?.as_string()
}
