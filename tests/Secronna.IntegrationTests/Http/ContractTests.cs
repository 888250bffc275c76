using Secronna.Client;
using Secronna.Tests.Contract;
using Xunit;

namespace Secronna.IntegrationTests.Http;

/// <summary>The server keeps the contract that is written down in one list of cases, for any language and for the client.</summary>
public sealed class ContractTests(SharedServer shared) : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    public static TheoryData<string> Cases => [.. ContractCases.All.Keys];

    public void Dispose() => http.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_server_keeps_the_contract_over_HTTP(string name)
    {
        var workspace = await shared.NewWorkspaceAsync();
        await ContractCases.All[name](new HttpDriver(http, workspace.Server.Address, workspace.Token));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_server_keeps_the_contract_by_the_client(string name)
    {
        var workspace = await shared.NewWorkspaceAsync();
        await ContractCases.All[name](new ClientDriver(
            new HttpDriver(http, workspace.Server.Address, workspace.Token),
            token => new SecronnaClient(new SecronnaClientOptions { Server = workspace.Server.Address, Token = token }), workspace.Token));
    }
}
