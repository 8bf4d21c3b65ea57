//! German.
//! Never says more or less than the English text.
//! Next: `mod.rs` lays the sentences out.

use super::Words;
use crate::template::Template;

pub(super) fn words(template: &Template) -> Words {
    match template {
        Template::RecoveryValid { expires_in_minutes, .. } => {
            Words::new("Zurück in Ihr Konto", "Mit diesem Link kommen Sie zurück in Ihr Konto:")
                .link("Konto wiederherstellen")
                .note(format!("Der Link gilt nur einmal und nur {} lang.", minutes(*expires_in_minutes)))
                .note("Wenn Sie ihn nicht angefordert haben, ignorieren Sie diese Nachricht.")
                .mail_note("Solange niemand den Link benutzt, ändert sich nichts.")
        }
        Template::RecoveryCodeValid { expires_in_minutes, .. } => {
            Words::new("Zurück in Ihr Konto", "Mit diesem Code kommen Sie zurück in Ihr Konto:")
                .note(format!("Der Code gilt nur einmal und nur {} lang.", minutes(*expires_in_minutes)))
                .note("Geben Sie ihn niemals weiter. Wenn Sie ihn nicht angefordert haben, ignorieren Sie diese Nachricht.")
        }
        Template::RecoveryInvalid | Template::RecoveryCodeInvalid => Words::new(
            "Jemand wollte ein Konto wiederherstellen",
            "Jemand wollte das Konto zu dieser E-Mail-Adresse wiederherstellen, aber es gibt kein Konto mit dieser Adresse.",
        )
        .note("Wenn Sie das waren, versuchen Sie es mit einer anderen Adresse: Vielleicht haben Sie sich mit dieser registriert.")
        .note("Wenn Sie es nicht waren, ignorieren Sie diese Nachricht."),
        Template::VerificationValid { expires_in_minutes, .. } => {
            Words::new("Bitte bestätigen Sie Ihre E-Mail-Adresse", "Mit diesem Link bestätigen Sie, dass diese Adresse Ihnen gehört:")
                .link("Adresse bestätigen")
                .note(format!("Der Link gilt nur einmal und nur {} lang.", minutes(*expires_in_minutes)))
                .note("Wenn Sie das nicht veranlasst haben, ignorieren Sie diese Nachricht.")
        }
        Template::VerificationCodeValid { expires_in_minutes, .. } => {
            Words::new("Bitte bestätigen Sie Ihre Adresse", "Mit diesem Code bestätigen Sie, dass diese Adresse Ihnen gehört:")
                .link("Adresse bestätigen")
                .link_lead("Oder öffnen Sie diesen Link, dann ist der Code schon eingetragen:")
                .note(format!("Der Code gilt nur einmal und nur {} lang.", minutes(*expires_in_minutes)))
                .note("Wenn Sie das nicht veranlasst haben, ignorieren Sie diese Nachricht.")
        }
        Template::VerificationInvalid | Template::VerificationCodeInvalid => Words::new(
            "Jemand wollte diese E-Mail-Adresse bestätigen",
            "Jemand wollte diese E-Mail-Adresse bestätigen, aber es gibt kein Konto mit dieser Adresse.",
        )
        .note("Wenn Sie das waren, versuchen Sie es mit einer anderen Adresse: Vielleicht haben Sie sich mit dieser registriert.")
        .note("Wenn Sie es nicht waren, ignorieren Sie diese Nachricht."),
        Template::LoginCodeValid { expires_in_minutes, .. } => Words::new("Ihr Code zum Anmelden", "Mit diesem Code melden Sie sich an:")
            .note(format!("Der Code gilt nur einmal und nur {} lang.", minutes(*expires_in_minutes)))
            .note("Geben Sie ihn niemals weiter. Wenn Sie sich nicht anmelden wollten, ignorieren Sie diese Nachricht."),
        Template::RegistrationCodeValid { expires_in_minutes, .. } => {
            Words::new("Ihr Code zum Registrieren", "Mit diesem Code schließen Sie die Registrierung ab:")
                .note(format!("Der Code gilt nur einmal und nur {} lang.", minutes(*expires_in_minutes)))
                .note("Wenn Sie sich nicht registrieren wollten, ignorieren Sie diese Nachricht.")
        }
        Template::VerifiableAddressChanged { stays, .. } => {
            let lead = if *stays {
                "Die Adressen Ihres Kontos wurden geändert. Diese hier gehört weiterhin dazu."
            } else {
                "Die Adressen Ihres Kontos wurden geändert, und diese hier gehört nicht mehr dazu."
            };
            Words::new("Die Adressen Ihres Kontos wurden geändert", lead)
                .mail_note("Wenn Sie das waren, brauchen Sie nichts zu tun.")
                .note("Wenn Sie es nicht waren, wenden Sie sich sofort an den Betreiber der Website.")
        }
        Template::AuthenticatorKeyAdded { .. } => Words::new(
            "Ihrem Konto wurde ein Schlüssel hinzugefügt",
            "Ihrem Konto wurde ein Passkey oder Sicherheitsschlüssel hinzugefügt. Damit kann man sich anmelden.",
        )
        .mail_note("Wenn Sie das waren, brauchen Sie nichts zu tun.")
        .note("Wenn Sie es nicht waren, melden Sie sich an, entfernen Sie den Schlüssel und ändern Sie Ihr Passwort."),
    }
}

fn minutes(count: u64) -> String {
    match count {
        1 => "1 Minute".to_owned(),
        count if count % 60 == 0 && count > 120 => format!("{} Stunden", count / 60),
        count => format!("{count} Minuten"),
    }
}
