//! German.
//! Never says more or less than the English text.
//! Next: `mod.rs` lays the sentences out.

use super::Words;
use crate::template::Template;

pub(super) fn words(template: &Template) -> Words {
    match template {
        Template::RecoveryValid { expires_in_minutes, .. } => Words::new(
            "Zurück in Ihr Konto",
            "Mit diesem Link kommen Sie zurück in Ihr Konto:",
        )
        .link("Konto wiederherstellen")
        .note(format!("Der Link gilt einmal und {} lang.", minutes(*expires_in_minutes)))
        .note(
            "Wenn Sie ihn nicht angefordert haben, ignorieren Sie diese Nachricht. Solange niemand den Link benutzt, ändert sich nichts.",
        ),
        Template::RecoveryCodeValid { expires_in_minutes, .. } => {
            Words::new("Zurück in Ihr Konto", "Mit diesem Code kommen Sie zurück in Ihr Konto:")
                .note(format!("Der Code gilt einmal und {} lang.", minutes(*expires_in_minutes)))
                .note("Geben Sie ihn niemals weiter. Wenn Sie ihn nicht angefordert haben, ignorieren Sie diese Nachricht.")
        }
        Template::RecoveryInvalid | Template::RecoveryCodeInvalid => Words::new(
            "Jemand wollte ein Konto wiederherstellen",
            "Jemand wollte das Konto zu dieser Mailadresse wiederherstellen, aber es gibt kein Konto mit ihr.",
        )
        .note("Wenn Sie das waren, versuchen Sie es mit einer anderen Adresse: Vielleicht haben Sie sich mit jener angemeldet.")
        .note("Wenn Sie es nicht waren, ignorieren Sie diese Nachricht."),
        Template::VerificationValid { expires_in_minutes, .. } => {
            Words::new("Bitte bestätigen Sie Ihre Mailadresse", "Mit diesem Link bestätigen Sie, dass diese Adresse Ihnen gehört:")
                .link("Adresse bestätigen")
                .note(format!("Der Link gilt einmal und {} lang.", minutes(*expires_in_minutes)))
                .note("Wenn Sie sich nicht mit dieser Adresse registriert haben, ignorieren Sie diese Nachricht.")
        }
        Template::VerificationCodeValid { expires_in_minutes, .. } => {
            Words::new("Bitte bestätigen Sie Ihre Adresse", "Mit diesem Code bestätigen Sie, dass diese Adresse Ihnen gehört:")
                .link("Oder öffnen Sie diesen Link, dann ist er schon eingetragen:")
                .note(format!("Der Code gilt einmal und {} lang.", minutes(*expires_in_minutes)))
                .note("Wenn Sie sich nicht mit dieser Adresse registriert haben, ignorieren Sie diese Nachricht.")
        }
        Template::VerificationInvalid | Template::VerificationCodeInvalid => Words::new(
            "Jemand wollte diese Mailadresse bestätigen",
            "Jemand wollte diese Mailadresse bestätigen, aber es gibt kein Konto mit ihr.",
        )
        .note("Wenn Sie das waren, versuchen Sie es mit einer anderen Adresse: Vielleicht haben Sie sich mit jener angemeldet.")
        .note("Wenn Sie es nicht waren, ignorieren Sie diese Nachricht."),
        Template::LoginCodeValid { expires_in_minutes, .. } => Words::new("Ihr Code zum Anmelden", "Mit diesem Code melden Sie sich an:")
            .note(format!("Der Code gilt einmal und {} lang.", minutes(*expires_in_minutes)))
            .note("Geben Sie ihn niemals weiter. Wenn Sie sich nicht anmelden wollten, ignorieren Sie diese Nachricht."),
        Template::RegistrationCodeValid { expires_in_minutes, .. } => {
            Words::new("Ihr Code zum Registrieren", "Mit diesem Code schließen Sie die Registrierung ab:")
                .note(format!("Der Code gilt einmal und {} lang.", minutes(*expires_in_minutes)))
                .note("Wenn Sie sich nicht registrieren wollten, ignorieren Sie diese Nachricht.")
        }
        Template::VerifiableAddressChanged { .. } => {
            Words::new("Die Adresse Ihres Kontos wurde geändert", "Ihr Konto hat eine neue Adresse, und diese hier gehört nicht mehr dazu.")
                .note("Wenn Sie das waren, brauchen Sie nichts zu tun.")
                .note("Wenn Sie es nicht waren, wenden Sie sich sofort an die Betreiber der Seite.")
        }
        Template::AuthenticatorKeyAdded { .. } => Words::new(
            "Ihrem Konto wurde ein Schlüssel hinzugefügt",
            "Ihrem Konto wurde ein Passkey oder Sicherheitsschlüssel hinzugefügt. Mit ihm kann man sich anmelden.",
        )
        .note("Wenn Sie das waren, brauchen Sie nichts zu tun.")
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
