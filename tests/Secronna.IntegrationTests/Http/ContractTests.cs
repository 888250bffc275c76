using Secronna.Client;
using Secronna.IntegrationTests.Engines;
using Secronna.Tests.Contract;
using Xunit;

namespace Secronna.IntegrationTests.Http;

/// <summary>The server keeps the contract, whose cases are shared with other languages and with the client's own tests.</summary>
[DependsOnTransactions]
public sealed class ContractTests(SharedServer shared) : IDisposable
{
    private readonly HttpClient http = new(new OpenApiCheckingHandler(new SocketsHttpHandler { AllowAutoRedirect = false }));

    public static TheoryData<string> Cases => [.. ContractCases.All.Keys];

    public static TheoryData<string> HttpOnly => [.. HttpCases.All.Keys];

    public static TheoryData<string> TimedCases => [.. TimeCases.All.Keys];

    public void Dispose() => http.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_server_keeps_the_contract_over_HTTP(string name) => await ContractCases.All[name](Http(await shared.NewWorkspaceAsync()));

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_server_keeps_the_contract_through_the_client(string name) => await ContractCases.All[name](ThroughClient(await shared.NewWorkspaceAsync()));

    [Theory]
    [MemberData(nameof(HttpOnly))]
    public async Task The_server_keeps_the_contract_for_what_only_plain_HTTP_can_send(string name) => await HttpCases.All[name](Http(await shared.NewWorkspaceAsync()));

    [Theory]
    [MemberData(nameof(TimedCases))]
    public async Task The_server_keeps_the_contract_as_time_passes(string name)
    {
        var time = TestClock.New();
        await using var server = await TestServer.StartAsync(time: time);
        await TimeCases.All[name](ThroughClient(await server.NewWorkspaceAsync()), time.Advance);
    }

    // With PostgreSQL this depends on the database's own clock, which a test cannot move.
    [Fact]
    [Trait("Engine", "Sqlite")]
    public async Task The_server_recognises_repeats_for_a_day()
    {
        var time = TestClock.New();
        await using var server = await TestServer.StartAsync(time: time);
        await TimeCases.RepeatAsync(Http(await server.NewWorkspaceAsync()), time.Advance);
    }

    private HttpDriver Http(Workspace workspace) => new(http, workspace.Server.Address, workspace.Token);

    private ClientDriver ThroughClient(Workspace workspace) => new(
        Http(workspace), token => new SecronnaClient(new SecronnaClientOptions { Server = workspace.Server.Address, Token = token }), workspace.Token);
}
