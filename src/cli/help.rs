//! What `--help` ends with: how a command is used, by example. Every line that begins with `cadastre` is one that the
//! command line takes; a test reads them.

pub(super) const ALL: &str = "\
Begin:
  cadastre demo
  cadastre serve --data /var/lib/cadastre
  cadastre login --url https://register.example.org

Data go to standard output, everything else to standard error. Exit codes: 0 done, 1 failed, 2 wrong usage or input,
3 not found, 4 not signed in, 5 access denied or not decided yet, 6 bytes are not what they should be, 7 conflict,
8 unavailable however often it was tried, 9 a policy is refused or violated, 130 interrupted.";

pub(super) const SERVE: &str = "\
Flags win over environment variables, and these over the file. The first start prints a one-time code for the first
administrator. PostgreSQL is migrated by `cadastre admin migrate`, or with --migrate.

Examples:
  cadastre serve --data /var/lib/cadastre --listen 127.0.0.1:8080
  cadastre serve --config /etc/cadastre.toml
  cadastre serve --database postgres://cadastre@db/cadastre --blobs s3://cadastre?region=eu-west-1";

pub(super) const DEMO: &str = "\
It prints one JSON document with its address, a token for each part, and three datasets by their access mode.

Examples:
  cadastre demo
  cadastre demo --listen 127.0.0.1:9000 --data demo --ready ready.json";

pub(super) const TOKEN: &str = "\
Other programs take it from an environment variable, where no other process sees it; it ends with `cadastre logout`.

Examples:
  cadastre token
  cadastre token --url https://register.example.org
In a shell, for clients of the Hugging Face Hub:
  export HF_TOKEN=$(cadastre token)";

pub(super) const LOGIN: &str = "\
Examples:
  cadastre login --url https://register.example.org --login ada
  cadastre login --url https://register.example.org --login ada --code cac_1a2b
  cadastre login --url https://register.example.org --login ada --scopes read,request --days 30
  cadastre login --url https://register.example.org --token-stdin";

pub(super) const LIST: &str = "\
Examples:
  cadastre list --space agriculture --access-mode open
  cadastre --json list --modality text --updated-since 2026-01-31T00:00:00Z";

pub(super) const SHOW: &str = "\
Examples:
  cadastre show harbour/wind
  cadastre show harbour/wind@1.0.0 --files
  cadastre show harbour/wind@1.0.0 --attestation
  cadastre show harbour/wind --quality";

pub(super) const PUSH: &str = "\
Metadata come from README.md with front matter, croissant.json, datapackage.json and cadastre.toml in the folder, each
counting more than those before it, and from options, which count most. What is stated nowhere stays at the server as it is. Hidden files are left out; links are followed to files of the folder and nowhere
else. A push that broke off goes on when it is run again: what the server has is not sent again.

A cadastre.toml that suffices:
  dataset = \"harbour/wind\"
  version = \"1.0.0\"
  space = \"energy\"
  [access]
  mode = \"review\"
  [record]
  title = { en = \"Wind at the pier\" }
  description = { en = \"Speed and direction, every minute.\" }
  contact = { name = \"Data desk\", email = \"desk@example.org\" }
  origin = { source_category = \"own_collection\" }
  rights = { licence = \"CC-BY-4.0\", tdm = { reservation = \"not_reserved\" } }
  privacy = { personal_data = \"none\" }

Examples:
  cadastre push wind --dry-run
  cadastre push wind --publish
  cadastre push wind --dataset harbour/wind --version 1.1.0 --set title.fr=Vent --exclude tmp/** --sample head.csv";

pub(super) const IMPORT: &str = "\
The answer tells statement by statement what was taken over, what was dropped and why, and what publication still needs.
Nothing that the document points to is fetched; push brings the files.

Examples:
  cadastre import dcat.ttl --dry-run
  cadastre import datapackage.json --organisation harbour --space energy --name wind
  cadastre import - --format croissant --organisation harbour --space energy
  cadastre --json import catalog.rdf --organisation harbour --space energy --identifier https://example.org/wind";

pub(super) const PUBLISH: &str = "\
Examples:
  cadastre publish harbour/wind 1.0.0";

pub(super) const WITHDRAW: &str = "\
Examples:
  cadastre withdraw harbour/wind 1.0.0 --reason \"Wrong units in March\" --successor 1.0.1";

pub(super) const POLICY: &str = "\
`check` and `explain` need no server: they read a policy, and what is known of a use. A facts.json that suffices:
  {\"now\": \"2026-06-15T12:00:00Z\", \"scope\": \"request\", \"purpose\": \"pre_training\"}

Examples:
  cadastre policy show harbour/wind --lang fr
  cadastre policy set harbour/wind --mode review
  cadastre policy simulate harbour/wind --mode automatic --offer offer.jsonld
  cadastre policy recall harbour/wind --reason \"The old terms lacked a consent\" --revision 1
  cadastre policy set harbour/wind --mode automatic --offer offer.jsonld
  cadastre policy check offer.jsonld --mode automatic
  cadastre policy explain offer.jsonld --facts facts.json
  cadastre --json policy explain offer.jsonld --facts facts.json
  cadastre policy templates
  cadastre policy compose --template purpose:purposes=cad:ModelTraining --template count:downloads=3 -o offer.jsonld";

pub(super) const REQUEST: &str = "\
Examples:
  cadastre request new harbour/wind --organisation model-works --purpose pre_training --justification \"Gusts\" --wait
  cadastre request list --state returned
  cadastre request resubmit rq_1 --purpose pre_training --justification \"Forecasting gusts at unseen piers\"";

pub(super) const REVIEW: &str = "\
Nobody decides on what their own organisation asked for.

Examples:
  cadastre review list --space energy
  cadastre review approve rq_1 --confirm \"/permission/0/constraint/1=The contract names Frankfurt\"
  cadastre review approve rq_1 --remark \"Fits the charter\" --until 2027-06-30
  cadastre review return rq_1 --remark \"Which model is it for?\"";

pub(super) const GRANT: &str = "\
Examples:
  cadastre grant list --dataset harbour/wind
  cadastre grant suspend gr_1 --reason \"We look into a report\"
  cadastre grant resume gr_1
  cadastre grant deliveries gr_1
  cadastre grant proof dl_1
  cadastre grant agreement gr_1 --html --lang fr
  cadastre grant accept gr_1
  cadastre grant revoke gr_1 --reason \"The project has ended\"";

pub(super) const PULL: &str = "\
Files that are there already with the right bytes are not fetched again, and a file that broke off is resumed: run the
same command again to go on.

Examples:
  cadastre pull harbour/wind
  cadastre pull harbour/wind@1.0.0 --output wind --jobs 8 --model gust-forecaster --run run-1
  cadastre pull harbour/wind --include 2025/**";

pub(super) const VERIFY: &str = "\
Exit code 6 when a file is missing or changed, or a receipt does not prove its entry. A receipt bundle is a JSON object
with entry, receipt, and perhaps payload and salt, as `cadastre log proof` keeps it.

Examples:
  cadastre verify wind-1.0.0
  cadastre verify receipt.json --trust-policy trust.policy
  cadastre verify delivery.json --trust-policy trust.policy
  cadastre verify receipt.tlog-proof --entry event.json --trust-policy trust.policy
  cadastre verify wind --at leonardo /data/wind --record";

pub(super) const LOG: &str = "\
Without --trust-policy, the keys that a server names at first use are kept and asked for from then on. Exit code 6 when
anything does not fit.

Examples:
  cadastre log head --trust-policy trust.policy
  cadastre log show --kind version.published --limit 10
  cadastre log proof 17 --output receipt.json
  cadastre log proof rq_1
  cadastre log proof harbour/wind
  cadastre log watch --every 60
  cadastre log audit --since last.checkpoint --save last.checkpoint
  cadastre log audit --tiles copy --trust-policy trust.policy
  cadastre log witness --key witness.key --name witness.example.org --trust-policy logs.policy --state witness";

pub(super) const ADMIN: &str = "\
Examples:
  cadastre admin migrate --database postgres://cadastre@db/cadastre
  cadastre admin audit --data /var/lib/cadastre
  cadastre admin new-log-key log.key
  cadastre admin rotate-log-key --data /var/lib/cadastre --new-key new.key
  cadastre admin new-epoch --data /var/lib/cadastre --reason \"The disk failed; restored from the backup of Monday\"
  cadastre admin erase-person ada --reason \"Asked for by the person, ticket 118\"
  cadastre admin organisations add harbour --name \"Harbour Institute\" --kind research --country NL
  cadastre admin people add ada \"Ada\"
  cadastre admin people code ada
  cadastre admin organisations member-set harbour ada publisher
  cadastre admin spaces role-add energy grace reviewer
  cadastre admin tokens create cluster --scopes read --days 30";

pub(super) const COMPLETIONS: &str = "\
Examples:
  cadastre completions bash
  cadastre completions zsh";

/// The command lines in a text, as a shell would split them.
#[cfg(test)]
pub(super) fn command_lines(text: &str) -> Vec<Vec<String>> {
    let words = |line: &str| {
        let part = |(number, part): (usize, &str)| match number % 2 {
            0 => part.split_whitespace().map(str::to_owned).collect(),
            _ => vec![part.to_owned()],
        };
        line.split('"').enumerate().flat_map(part).collect()
    };
    text.lines().map(str::trim).filter(|line| line.starts_with("cadastre ")).map(words).collect()
}
