//! Places: the countries of ISO 3166-1, and the two unions of them that policies name.

use super::iri::Iri;
use super::truth::Truth;

/// The member states of the European Union (Treaty on European Union, Article 52).
const EU: &str = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK";
/// What the European Economic Area has beyond the Union (EEA Agreement, Article 126).
const EEA_ONLY: &str = "IS LI NO";

/// Every country with its two letters and its three letters (ISO 3166-1).
const COUNTRIES: &str = "\
ADAND AEARE AFAFG AGATG AIAIA ALALB AMARM AOAGO AQATA ARARG ASASM ATAUT AUAUS AWABW AXALA AZAZE \
BABIH BBBRB BDBGD BEBEL BFBFA BGBGR BHBHR BIBDI BJBEN BLBLM BMBMU BNBRN BOBOL BQBES BRBRA BSBHS \
BTBTN BVBVT BWBWA BYBLR BZBLZ CACAN CCCCK CDCOD CFCAF CGCOG CHCHE CICIV CKCOK CLCHL CMCMR CNCHN \
COCOL CRCRI CUCUB CVCPV CWCUW CXCXR CYCYP CZCZE DEDEU DJDJI DKDNK DMDMA DODOM DZDZA ECECU EEEST \
EGEGY EHESH ERERI ESESP ETETH FIFIN FJFJI FKFLK FMFSM FOFRO FRFRA GAGAB GBGBR GDGRD GEGEO GFGUF \
GGGGY GHGHA GIGIB GLGRL GMGMB GNGIN GPGLP GQGNQ GRGRC GSSGS GTGTM GUGUM GWGNB GYGUY HKHKG HMHMD \
HNHND HRHRV HTHTI HUHUN IDIDN IEIRL ILISR IMIMN ININD IOIOT IQIRQ IRIRN ISISL ITITA JEJEY JMJAM \
JOJOR JPJPN KEKEN KGKGZ KHKHM KIKIR KMCOM KNKNA KPPRK KRKOR KWKWT KYCYM KZKAZ LALAO LBLBN LCLCA \
LILIE LKLKA LRLBR LSLSO LTLTU LULUX LVLVA LYLBY MAMAR MCMCO MDMDA MEMNE MFMAF MGMDG MHMHL MKMKD \
MLMLI MMMMR MNMNG MOMAC MPMNP MQMTQ MRMRT MSMSR MTMLT MUMUS MVMDV MWMWI MXMEX MYMYS MZMOZ NANAM \
NCNCL NENER NFNFK NGNGA NINIC NLNLD NONOR NPNPL NRNRU NUNIU NZNZL OMOMN PAPAN PEPER PFPYF PGPNG \
PHPHL PKPAK PLPOL PMSPM PNPCN PRPRI PSPSE PTPRT PWPLW PYPRY QAQAT REREU ROROU RSSRB RURUS RWRWA \
SASAU SBSLB SCSYC SDSDN SESWE SGSGP SHSHN SISVN SJSJM SKSVK SLSLE SMSMR SNSEN SOSOM SRSUR SSSSD \
STSTP SVSLV SXSXM SYSYR SZSWZ TCTCA TDTCD TFATF TGTGO THTHA TJTJK TKTKL TLTLS TMTKM TNTUN TOTON \
TRTUR TTTTO TVTUV TWTWN TZTZA UAUKR UGUGA UMUMI USUSA UYURY UZUZB VAVAT VCVCT VEVEN VGVGB VIVIR \
VNVNM VUVUT WFWLF WSWSM YEYEM YTMYT ZAZAF ZMZMB ZWZWE";

/// Where something is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    Eea,
    Eu,
    /// By its two letters.
    Country(String),
}

impl Place {
    /// A place as it is stated: two letters of a country, `EU` or `EEA`.
    pub(super) fn stated(code: &str) -> Option<Self> {
        match code {
            "EEA" => Some(Self::Eea),
            "EU" => Some(Self::Eu),
            code => country(code),
        }
    }

    /// A place that a policy names: `cad:EEA`, `cad:EU`, `urn:iso:3166:DEU`, or a country of the EU's vocabulary.
    pub(super) fn named(iri: &Iri) -> Option<Self> {
        match iri.compact().as_str() {
            "cad:EEA" => Some(Self::Eea),
            "cad:EU" => Some(Self::Eu),
            name => ["urn:iso:3166:", "http://publications.europa.eu/resource/authority/country/"]
                .iter()
                .find_map(|vocabulary| name.strip_prefix(vocabulary))
                .and_then(country),
        }
    }

    /// Whether all of this place lies within the other one; unknown where only a part of it may.
    pub(super) fn within(&self, other: &Self) -> Truth {
        if self == other {
            return Truth::Satisfied;
        }
        match (self, other) {
            (Self::Eu, Self::Eea) => Truth::Satisfied,
            (Self::Country(code), Self::Eu) => Truth::of(lists(EU, code)),
            (Self::Country(code), Self::Eea) => Truth::of(lists(EU, code) || lists(EEA_ONLY, code)),
            (Self::Country(_), Self::Country(_)) => Truth::Violated,
            (Self::Eea | Self::Eu, inner) => match inner.within(self) {
                Truth::Satisfied => Truth::Unknown,
                apart => apart,
            },
        }
    }

    pub(super) fn name(&self) -> &str {
        match self {
            Self::Eea => "EEA",
            Self::Eu => "EU",
            Self::Country(code) => code,
        }
    }
}

fn lists(codes: &str, code: &str) -> bool {
    codes.split(' ').any(|listed| listed == code)
}

/// By two or three capital letters.
fn country(code: &str) -> Option<Place> {
    let found = COUNTRIES.split(' ').find_map(|both| {
        let (two, three) = both.split_at_checked(2)?;
        (code == two || code == three).then_some(two)
    });
    found.map(|two| Place::Country(two.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unions_contain_their_members_and_what_is_broader_may_lie_outside() {
        for (inner, outer, expected) in [
            ("DE", "EU", Truth::Satisfied),
            ("DE", "EEA", Truth::Satisfied),
            ("NO", "EEA", Truth::Satisfied),
            ("NO", "EU", Truth::Violated),
            ("CH", "EEA", Truth::Violated),
            ("EU", "EEA", Truth::Satisfied),
            ("EEA", "EU", Truth::Unknown),
            ("EU", "FR", Truth::Unknown),
            ("EU", "US", Truth::Violated),
            ("FR", "DE", Truth::Violated),
            ("FR", "FR", Truth::Satisfied),
        ] {
            let place = |code| Place::stated(code).unwrap();
            assert_eq!(place(inner).within(&place(outer)), expected, "{inner} in {outer}");
        }
    }

    #[test]
    fn countries_are_known_by_two_and_three_letters_and_by_vocabulary() {
        for iri in [
            "urn:iso:3166:DEU",
            "urn:iso:3166:DE",
            "http://publications.europa.eu/resource/authority/country/DEU",
        ] {
            let place = Place::named(&Iri::parse(iri).unwrap()).unwrap();
            assert_eq!(place.name(), "DE");
        }
        assert_eq!(Place::named(&Iri::parse("urn:iso:3166:XXX").unwrap()), None);
        assert_eq!(COUNTRIES.split(' ').count(), 249);
        assert!(EU.split(' ').chain(EEA_ONLY.split(' ')).all(|code| country(code).is_some()));
    }
}
