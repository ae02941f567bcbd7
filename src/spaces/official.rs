//! The fourteen common European data spaces (Commission staff working document SWD(2024) 21), there from the first
//! start.

use super::model::Space;
use super::store;
use crate::db::Db;
use crate::journal::{Event, append};
use crate::kernel::{Ctx, LangText, Result};

/// Slug, name in English, French and German, and what it is about.
const OFFICIAL: [(&str, &str, &str, &str, &str); 14] = [
    (
        "agriculture",
        "Agriculture",
        "Agriculture",
        "Landwirtschaft",
        "Production, soil, weather and supply data of farming.",
    ),
    (
        "cultural-heritage",
        "Cultural heritage",
        "Patrimoine culturel",
        "Kulturerbe",
        "Digitised objects, collections and archives.",
    ),
    ("energy", "Energy", "Énergie", "Energie", "Production, grids, consumption and flexibility."),
    ("finance", "Finance", "Finance", "Finanzen", "Markets, disclosures and supervision."),
    (
        "green-deal",
        "Green Deal",
        "Pacte vert",
        "Grüner Deal",
        "Climate, biodiversity, pollution and the circular economy.",
    ),
    ("health", "Health", "Santé", "Gesundheit", "Electronic health data for care and for secondary use."),
    ("industry", "Industry", "Industrie", "Industrie", "Manufacturing, machines and supply chains."),
    (
        "language",
        "Language",
        "Langues",
        "Sprache",
        "Texts, speech and language resources of Europe's languages.",
    ),
    ("media", "Media", "Médias", "Medien", "Audiovisual and news content and its use."),
    ("mobility", "Mobility", "Mobilité", "Mobilität", "Traffic, transport and infrastructure."),
    (
        "public-administration",
        "Public administration",
        "Administration publique",
        "Öffentliche Verwaltung",
        "Law, procurement, budgets and registers.",
    ),
    (
        "research-innovation",
        "Research and innovation",
        "Recherche et innovation",
        "Forschung und Innovation",
        "Research data, the European Open Science Cloud.",
    ),
    ("skills", "Skills", "Compétences", "Kompetenzen", "Qualifications, learning and the labour market."),
    ("tourism", "Tourism", "Tourisme", "Tourismus", "Destinations, stays and travel flows."),
];

/// Sets up those of the official spaces that are missing.
///
/// # Errors
/// When the database fails.
pub async fn ensure_official_spaces(db: &Db, ctx: &Ctx) -> Result<()> {
    let at = ctx.clone();
    let there = db.read(|conn| store::find(conn, &"tourism".parse()?)).await?;
    if there.is_some() {
        return Ok(());
    }
    db.write("ensure_official_spaces", move |tx| {
        for (slug, en, fr, de, about) in OFFICIAL {
            let slug = slug.parse()?;
            if store::find(tx, &slug)?.is_some() {
                continue;
            }
            let space = Space {
                slug,
                names: LangText::from_pairs([("en", en), ("fr", fr), ("de", de)]),
                descriptions: LangText::english(about),
                charter: None,
                extension_version: 0,
                revision: 1,
                created_at: at.now,
            };
            store::insert(tx, &space)?;
            append(tx, &at, Event::new("space.created", &space.slug).in_space(&space.slug))?;
        }
        Ok(())
    })
    .await
}
