using Secronna.Cli;
using Secronna.Cli.Help;
using Xunit;

namespace Secronna.UnitTests.Cli.Help;

/// <summary>The messages about a wrong command line. They repeat nothing that was typed.</summary>
public sealed class UsageErrorsTests
{
    [Theory]
    [InlineData("secrt set", "there is no such command (did you mean secret?). See secronna --help")]
    [InlineData("exprot --env a/b", "there is no such command (did you mean export?). See secronna --help")]
    [InlineData("canary", "there is no such command: the commands are auth, project, env, secret, get, run, export, import, audit, api, completion. See secronna --help")]
    [InlineData("env canary", "there is no such command: the commands are create, ls, rm, diff, restore. See secronna env --help")]
    [InlineData("env", "a command must follow: create, ls, rm, diff, restore. See secronna env --help")]
    [InlineData("get a/b/C --jsn", "there is no such option (did you mean --json?). See secronna get --help")]
    [InlineData("get a/b/C --canary", "there is no such option. See secronna get --help")]
    [InlineData("secret set a/b K --fiel=canary", "there is no such option (did you mean --file?); if it is not meant as an option, write -- before it. See secronna secret set --help")]
    [InlineData("secret set a/b K --fiel canary", "there is no such option (did you mean --file?); if it is not meant as an option, write -- before it. See secronna secret set --help")]
    [InlineData("run --env a/b --onyl K -- env", "there is no such option (did you mean --only?); if it is not meant as an option, write -- before it. See secronna run --help")]
    [InlineData("secret set a/b K two canaries", "there are too many words: a value that contains spaces must be quoted. See secronna secret set --help")]
    [InlineData("audit --limit canary", "--limit must be a whole number. See secronna audit --help")]
    [InlineData("audit --limit 1 --limit 2", "--limit may be given only once. See secronna audit --help")]
    [InlineData("audit --limit", "--limit needs a value. See secronna audit --help")]
    [InlineData("export --env a/b --format canary", "--format must be one of docker, dotenv, json, shell, yaml. See secronna export --help")]
    [InlineData("run --env", "missing: COMMAND, --env. See secronna run --help")]
    [InlineData("secret rollback a/b/C", "missing: --to. See secronna secret rollback --help")]
    public void The_message_says_what_to_do_and_repeats_nothing_that_was_typed(string line, string expected) => Assert.Equal(expected, Of(line.Split(' ')));

    [Theory]
    [InlineData("secret set a/b K -----BEGIN")]
    [InlineData("secret set a/b K -5")]
    [InlineData("secret set a/b K -")]
    [InlineData("secret set a/b K -- --value")]
    [InlineData("secret set a/b K --fiel --help")]
    [InlineData("run --env a/b -- --command --option")]
    [InlineData("run --env a/b npm run --silent")]
    [InlineData("--version")]
    [InlineData("[suggest:9] secret se")]
    public void A_word_that_may_be_meant_as_an_argument_is_accepted(string line) => Assert.Null(Of(line.Split(' ')));

    private static string? Of(string[] words) => UsageErrors.Of(CommandTree.Parse(words));
}
