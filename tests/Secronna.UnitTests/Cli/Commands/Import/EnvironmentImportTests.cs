using Secronna.Cli.Commands.Import;
using Secronna.Cli.Output;
using Secronna.Client;
using Secronna.Client.Testing;
using Secronna.Protocol;
using Secronna.UnitTests.Client;
using Xunit;

namespace Secronna.UnitTests.Cli.Commands.Import;

/// <summary>Imports into an environment: which keys are revealed and written, and what remains after a failure.</summary>
public sealed class EnvironmentImportTests : IDisposable
{
    private const string Environment = "web/production";

    private readonly SecronnaFake fake = new();
    private readonly SecronnaClient client;
    private readonly List<string> notes = [];

    public EnvironmentImportTests() => client = fake.CreateClient();

    public void Dispose()
    {
        client.Dispose();
        fake.Dispose();
    }

    [Fact]
    public async Task Only_keys_that_differ_are_written_and_only_existing_keys_of_the_file_are_revealed()
    {
        fake.Set(Environment + "/SAME", "s");
        fake.Set(Environment + "/OTHER", "old");
        fake.Set(Environment + "/OTHER", "older");
        fake.Set(Environment + "/APART", "a");
        var import = await ImportAsync();

        var steps = await import.PlanAsync(Pairs(("NEW", "n"), ("SAME", "s"), ("OTHER", "o")), default);
        Assert.Equal(
            [new ImportedKey("NEW", "added", null), new ImportedKey("SAME", "unchanged", 1), new ImportedKey("OTHER", "changed", null)],
            steps.Select(step => step.Planned));
        Assert.Equal(["OTHER", "SAME"], (await RecordedAsync(AuditActions.SecretReveal)).Order());

        Assert.Equal(
            [new ImportedKey("NEW", "added", 1), new ImportedKey("SAME", "unchanged", 1), new ImportedKey("OTHER", "changed", 3)],
            await import.WriteAsync(steps, default));
        var values = await client.FetchSecretsAsync(Environment);
        Assert.Equal([("APART", "a"), ("NEW", "n"), ("OTHER", "o"), ("SAME", "s")], values.OrderBy(value => value.Key, StringComparer.Ordinal).Select(value => (value.Key, value.Value)));
        Assert.Empty(notes);
    }

    [Fact]
    public async Task Nothing_is_revealed_if_the_environment_has_none_of_the_keys()
    {
        fake.Set(Environment + "/APART", "a");
        await (await ImportAsync()).PlanAsync(Pairs(("NEW", "n")), default);
        Assert.Empty(await RecordedAsync(AuditActions.SecretReveal));
    }

    [Theory]
    [InlineData("THERE")]
    [InlineData("NEW")]
    public async Task A_key_that_somebody_wrote_meanwhile_is_not_overwritten(string key)
    {
        fake.Set(Environment + "/THERE", "old");
        var import = await ImportAsync();
        var steps = await import.PlanAsync(Pairs(("THERE", "canary"), ("NEW", "canary")), default);
        fake.Set($"{Environment}/{key}", "meanwhile");

        var error = await Assert.ThrowsAsync<SecronnaException>(() => import.WriteAsync(steps, default));
        Assert.Equal(ErrorCodes.Conflict, error.Code);
        Assert.Contains($"{key}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("meanwhile", error.Message, StringComparison.Ordinal);
        Assert.Equal("meanwhile", (await client.FetchSecretsAsync(Environment))[key]);
        Assert.Equal(["0 of 2 keys were written. Run the import again: it compares anew and continues with the rest."], notes);
        Assert.DoesNotContain("canary", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_leaves_whole_batches_written_and_the_next_run_continues()
    {
        fake.Set(Environment + "/K0600", "old");
        var pairs = Pairs([.. Enumerable.Range(0, 1_100).Select(i => ($"K{i:0000}", $"v{i}"))]);
        var import = await ImportAsync();
        var steps = await import.PlanAsync(pairs, default);
        fake.Set(Environment + "/K0600", "meanwhile");

        await Assert.ThrowsAsync<SecronnaException>(() => import.WriteAsync(steps, default));
        Assert.StartsWith("500 of 1100 keys were written. ", Assert.Single(notes), StringComparison.Ordinal);
        Assert.Equal(501, (await client.FetchSecretsAsync(Environment)).Count);

        var again = await import.WriteAsync(await import.PlanAsync(pairs, default), default);
        Assert.Equal((500, 599, 1), (Count(again, "unchanged"), Count(again, "added"), Count(again, "changed")));
        Assert.Equal(pairs.Select(pair => pair.Value), (await client.FetchSecretsAsync(Environment)).OrderBy(value => value.Key, StringComparer.Ordinal).Select(value => value.Value));
    }

    [Fact]
    public async Task Without_an_answer_the_note_says_that_it_is_unknown_what_was_written()
    {
        var import = await ImportAsync();
        var steps = await import.PlanAsync(Pairs(("A", "1"), ("B", "2")), default);
        using var broken = new ScriptedServer().ThenBreaks(HttpRequestError.ConnectionError).Client(retries: 0);
        var cut = new EnvironmentImport(broken.Environments, "env_1", notes.Add);
        await Assert.ThrowsAsync<SecronnaException>(() => cut.WriteAsync(steps, default));
        Assert.StartsWith("0 of 2 keys were written, and it is unknown whether the next 2 were written. ", Assert.Single(notes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_values_than_one_answer_can_hold_are_compared()
    {
        var longest = new string('x', Limits.ValueBytes);
        var pairs = Pairs([.. Enumerable.Range(0, 300).Select(i => ($"K{i:000}", longest))]);
        fake.Set(Environment + "/APART", "");
        var import = await ImportAsync();
        Assert.Equal(300, Count(await import.WriteAsync(await import.PlanAsync(pairs, default), default), "added"));
        Assert.All(await import.PlanAsync(pairs, default), step => Assert.Equal("unchanged", step.Result));
    }

    [Theory]
    [InlineData("permission to reveal", "list", "write")]
    [InlineData("permission to write", "list", "reveal")]
    [InlineData("you may not list it", "write", "reveal")]
    public async Task The_error_names_the_missing_permission(string said, params string[] actions)
    {
        fake.Set(Environment + "/A", "old");
        var key = await client.AccessKeys.CreateAsync(new AccessKeyRequest("import", null, [new Grant(Environment, actions)]));
        using var other = fake.CreateClient(key.Token);
        var import = new EnvironmentImport(other.Environments, await client.Environments.GetIdAsync(Environment), notes.Add);
        var error = await Assert.ThrowsAsync<SecronnaException>(
            async () => await import.WriteAsync(await import.PlanAsync(Pairs(("A", "new")), default), default));
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
        Assert.Equal("old", (await client.FetchSecretsAsync(Environment))["A"]);
    }

    private static IReadOnlyList<KeyValuePair<string, string>> Pairs(params (string Key, string Value)[] pairs) =>
        [.. pairs.Select(pair => KeyValuePair.Create(pair.Key, pair.Value))];

    private static int Count(IEnumerable<ImportedKey> keys, string result) => keys.Count(key => key.Result == result);

    private async Task<EnvironmentImport> ImportAsync()
    {
        if (!(await client.Projects.ListAsync().ToListAsync()).Exists(project => project.Slug == "web"))
        {
            fake.Set(Environment + "/APART", "");
        }

        return new EnvironmentImport(client.Environments, await client.Environments.GetIdAsync(Environment), notes.Add);
    }

    private async Task<List<string>> RecordedAsync(string action) =>
        await client.ListAuditAsync(new AuditFilter { Action = action }).Select(entry => entry.Metadata.Key!).ToListAsync();
}
