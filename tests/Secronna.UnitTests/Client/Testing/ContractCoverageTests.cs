using System.CommandLine;
using Microsoft.Extensions.Time.Testing;
using Secronna.Cli;
using Secronna.Client;
using Secronna.Client.Testing;
using Secronna.Tests.Contract;
using Xunit;

namespace Secronna.UnitTests.Client.Testing;

/// <summary>The contract cases use everything that the API, the client and the command line offer.</summary>
public sealed class ContractCoverageTests
{
    /// <summary>Commands and options that concern more than the API. They have tests of their own.</summary>
    private static readonly string[] NotCovered =
    [
        // The command line's driver uses the command api for every operation that has no command of its own.
        "api", "api --body",
        // These need an identity provider, or a file that keeps a session.
        "auth login", "auth login --api-key", "auth login --client-id", "auth login --issuer", "auth login --no-browser", "auth login --scope",
        "auth login --server", "auth login --yes", "auth logout",
        // These need files, shells or child processes.
        "completion", "import", "import --dry-run", "import --env", "import --format", "run", "run --allow", "run --at", "run --env", "run --fallback",
        "run --no-inherit", "run --only", "secret set --file",
        // The length of the printed table is not the API's concern.
        "audit --limit",
        // These need the proofs of the trail, which the server in memory doesn't have.
        "audit receipt", "audit receipt --accept-epoch", "audit receipt --key", "audit receipt --state",
        "audit verify", "audit verify --accept-epoch", "audit verify --bundle", "audit verify --deep", "audit verify --key", "audit verify --state",
    ];

    /// <summary>
    /// What is derived from the audit trail. The server in memory keeps no tree and counts no reads, so it has none of these routes.
    /// </summary>
    private static readonly string[] NotInMemory =
    [
        "GET /audit/checkpoint", "GET /audit/tile/{path}", "GET /audit/{sequence}/proof", "GET /audit/{sequence}/proof?size", "GET /audit/keys",
        "GET /environments/{envId}/reads", "GET /environments/{envId}/reads?limit", "GET /environments/{envId}/reads?cursor",
        "GET /secrets/{secretId}/reads", "GET /secrets/{secretId}/reads?limit", "GET /secrets/{secretId}/reads?cursor",
        "GET /reads", "GET /reads?days", "GET /reads?limit", "GET /reads?cursor",
    ];

    private readonly HashSet<string> used = [];

    [Fact]
    public async Task The_cases_use_every_route_with_each_query_parameter_and_each_member_of_its_body()
    {
        await RunAllAsync(Http);
        foreach (var testCase in HttpCases.All.Values)
        {
            await RunAsync(testCase, Http);
        }

        Assert.Equal(NotInMemory.Order(StringComparer.Ordinal), OpenApiCheckingHandler.Api.All.Except(used).Order(StringComparer.Ordinal));
        Assert.Equal([], used.Except(OpenApiCheckingHandler.Api.All).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_cases_use_every_route_with_the_client()
    {
        await RunAllAsync((http, uncounted, token) => new ClientDriver(
            Http(uncounted, uncounted, token),
            caller => new SecronnaClient(http, new SecronnaClientOptions { Server = SecronnaFake.Server, Token = caller, Retries = 0 }), token));

        // One method of the client reads the pages of all lists, so the cursor of each list needs no case.
        Assert.Equal([], OpenApiCheckingHandler.Api.All.Except(used).Except(NotInMemory).Where(use => !use.EndsWith("?cursor", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_cases_use_every_command_and_option()
    {
        var commands = new List<IReadOnlyList<string>>();
        await RunAllAsync((http, uncounted, token) => new CommandRecordingDriver(Http(http, uncounted, token), commands));
        foreach (var parsed in commands.Select(command => CommandTree.Parse([.. command, "--json"])))
        {
            Assert.Empty(parsed.Errors);
            var path = PathOf(parsed.CommandResult);
            used.Add(path);
            used.UnionWith(parsed.CommandResult.Command.Options.Where(option => parsed.GetResult(option) is { Implicit: false }).Select(option => $"{path} {option.Name}"));
        }

        var all = Leaves(CommandTree.Create(), "").SelectMany(leaf => leaf.Command.Options.Where(option => !option.Hidden)
            .Select(option => $"{leaf.Path} {option.Name}").Append(leaf.Path));
        Assert.Equal(NotCovered.Order(StringComparer.Ordinal), all.Except(used).Order(StringComparer.Ordinal));
    }

    private static HttpDriver Http(HttpClient http, HttpClient _, string token) => new(http, SecronnaFake.Server, token);

    // The command audit does something itself, and has commands below it.
    private static IEnumerable<(string Path, Command Command)> Leaves(Command command, string path) =>
        command.Subcommands.SelectMany(sub => Leaves(sub, $"{path} {sub.Name}".Trim())).Concat(command.Action is null ? [] : [(path, command)]);

    private static string PathOf(System.CommandLine.Parsing.CommandResult result) =>
        result.Parent is System.CommandLine.Parsing.CommandResult parent ? $"{PathOf(parent)} {result.Command.Name}".Trim() : "";

    private async Task RunAllAsync(Func<HttpClient, HttpClient, string, ContractDriver> driver)
    {
        foreach (var testCase in ContractCases.All.Values)
        {
            await RunAsync(testCase, driver);
        }

        foreach (var testCase in TimeCases.All.Values)
        {
            await RunAsync(testCase, driver);
        }
    }

    private Task RunAsync<T>(Func<T, Task> testCase, Func<HttpClient, HttpClient, string, T> driver) => RunAsync((reached, _) => testCase(reached), driver);

    private async Task RunAsync<T>(Func<T, Action<TimeSpan>, Task> testCase, Func<HttpClient, HttpClient, string, T> driver)
    {
        var time = new FakeTimeProvider { AutoAdvanceAmount = TimeSpan.FromMicroseconds(10) };
        using var fake = new SecronnaFake(time);
        using var answers = new OpenApiCheckingHandler(fake);
        using var http = new HttpClient(answers);
        using var uncounted = new HttpClient(fake, disposeHandler: false);
        await testCase(driver(http, uncounted, fake.Token), time.Advance);
        used.UnionWith(answers.Used);
    }
}
