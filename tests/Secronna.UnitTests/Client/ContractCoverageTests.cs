using System.CommandLine;
using Microsoft.Extensions.Time.Testing;
using Secronna.Cli;
using Secronna.Client;
using Secronna.Client.Testing;
using Secronna.Tests.Contract;
using Xunit;

namespace Secronna.UnitTests.Client;

/// <summary>Nothing that the API, the client and the command line offer is left out of the cases that they share.</summary>
public sealed class ContractCoverageTests
{
    /// <summary>What has tests of its own, because it is about more than the API.</summary>
    private static readonly string[] NotByCases =
    [
        // Every operation that has no command is asked by it.
        "api", "api --body",
        // An identity provider, and a file that keeps a session.
        "auth login", "auth login --api-key", "auth login --client-id", "auth login --issuer", "auth login --no-browser", "auth login --scope",
        "auth login --server", "auth logout",
        // Files, shells and children.
        "completion", "import", "import --dry-run", "import --env", "import --format", "run", "run --allow", "run --at", "run --env", "run --fallback",
        "run --no-inherit", "run --only", "secret set --file",
        // A table's length is no question of the API's.
        "audit --limit",
    ];

    private readonly HashSet<string> used = [];

    [Fact]
    public async Task The_cases_use_every_route_with_each_parameter_and_each_member_of_its_body()
    {
        await AllAsync(Http);
        foreach (var it in HttpCases.All.Values)
        {
            await RunAsync(it, Http);
        }

        Assert.Equal([], DescribedAnswers.Api.All.Except(used).Order(StringComparer.Ordinal));
        Assert.Equal([], used.Except(DescribedAnswers.Api.All).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_cases_use_every_route_by_the_client()
    {
        await AllAsync((http, unseen, token) => new ClientDriver(
            Http(unseen, unseen, token),
            caller => new SecronnaClient(http, new SecronnaClientOptions { Server = SecronnaFake.Server, Token = caller, Retries = 0 }), token));

        // One method goes over the pages of all lists.
        Assert.Equal([], DescribedAnswers.Api.All.Except(used).Where(use => !use.EndsWith("?cursor", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_cases_use_every_command_and_option()
    {
        var commands = new List<IReadOnlyList<string>>();
        await AllAsync((http, unseen, token) => new NotingDriver(Http(http, unseen, token), commands));
        foreach (var parsed in commands.Select(command => CommandTree.Parse([.. command, "--json"])))
        {
            Assert.Empty(parsed.Errors);
            var path = PathOf(parsed.CommandResult);
            used.Add(path);
            used.UnionWith(parsed.CommandResult.Command.Options.Where(option => parsed.GetResult(option) is { Implicit: false }).Select(option => $"{path} {option.Name}"));
        }

        var all = Leaves(CommandTree.Create(), "").SelectMany(leaf => leaf.Command.Options.Where(option => !option.Hidden)
            .Select(option => $"{leaf.Path} {option.Name}").Append(leaf.Path));
        Assert.Equal(NotByCases.Order(StringComparer.Ordinal), all.Except(used).Order(StringComparer.Ordinal));
    }

    private static HttpDriver Http(HttpClient http, HttpClient _, string token) => new(http, SecronnaFake.Server, token);

    private static IEnumerable<(string Path, Command Command)> Leaves(Command command, string path) => command.Subcommands.Count == 0
        ? [(path, command)]
        : command.Subcommands.SelectMany(sub => Leaves(sub, $"{path} {sub.Name}".Trim()));

    private static string PathOf(System.CommandLine.Parsing.CommandResult result) =>
        result.Parent is System.CommandLine.Parsing.CommandResult parent ? $"{PathOf(parent)} {result.Command.Name}".Trim() : "";

    private async Task AllAsync(Func<HttpClient, HttpClient, string, ContractDriver> driver)
    {
        foreach (var it in ContractCases.All.Values)
        {
            await RunAsync(it, driver);
        }

        foreach (var it in TimeCases.All.Values)
        {
            await RunAsync(it, driver);
        }
    }

    private Task RunAsync<T>(Func<T, Task> it, Func<HttpClient, HttpClient, string, T> driver) => RunAsync((reached, _) => it(reached), driver);

    private async Task RunAsync<T>(Func<T, Action<TimeSpan>, Task> it, Func<HttpClient, HttpClient, string, T> driver)
    {
        var time = new FakeTimeProvider { AutoAdvanceAmount = TimeSpan.FromMicroseconds(10) };
        using var fake = new SecronnaFake(time);
        using var answers = new DescribedAnswers(fake);
        using var http = new HttpClient(answers);
        using var unseen = new HttpClient(fake, disposeHandler: false);
        await it(driver(http, unseen, fake.Token), time.Advance);
        used.UnionWith(answers.Used);
    }
}
