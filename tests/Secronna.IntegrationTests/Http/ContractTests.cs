using Secronna.Client;
using Secronna.IntegrationTests.Engines;
using Secronna.Tests.Contract;
using Xunit;

namespace Secronna.IntegrationTests.Http;

/// <summary>The server keeps the contract that is written down in one list of cases, for any language and for the client.</summary>
[DependsOnTransactions]
public sealed class ContractTests(SharedServer shared) : IDisposable
{
    private readonly HttpClient http = new(new OpenApiCheckingHandler(new SocketsHttpHandler { AllowAutoRedirect = false }));

    public static TheoryData<string> Cases => [.. ContractCases.All.Keys];

    public static TheoryData<string> HttpAlone => [.. HttpCases.All.Keys];

    public static TheoryData<string> OfTime => [.. TimeCases.All.Keys];

    public void Dispose() => http.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_server_keeps_the_contract_over_HTTP(string name) => await ContractCases.All[name](Http(await shared.NewWorkspaceAsync()));

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_server_keeps_the_contract_by_the_client(string name) => await ContractCases.All[name](ByClient(await shared.NewWorkspaceAsync()));

    [Theory]
    [MemberData(nameof(HttpAlone))]
    public async Task The_server_answers_what_plain_HTTP_asks(string name) => await HttpCases.All[name](Http(await shared.NewWorkspaceAsync()));

    [Theory]
    [MemberData(nameof(OfTime))]
    public async Task The_server_keeps_terms(string name)
    {
        var time = TestClock.New();
        await using var server = await TestServer.StartAsync(time: time);
        await TimeCases.All[name](ByClient(await server.NewWorkspaceAsync()), time.Advance);
    }

    // PostgreSQL has a clock of its own, which no test moves.
    [Fact]
    [Trait("Engine", "Sqlite")]
    public async Task The_server_knows_repeats_for_a_day()
    {
        var time = TestClock.New();
        await using var server = await TestServer.StartAsync(time: time);
        await TimeCases.RepeatAsync(Http(await server.NewWorkspaceAsync()), time.Advance);
    }

    private HttpDriver Http(Workspace workspace) => new(http, workspace.Server.Address, workspace.Token);

    private ClientDriver ByClient(Workspace workspace) => new(
        Http(workspace), token => new SecronnaClient(new SecronnaClientOptions { Server = workspace.Server.Address, Token = token }), workspace.Token);
}
