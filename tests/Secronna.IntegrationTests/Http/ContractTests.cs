using Secronna.Client;
using Secronna.Tests.Contract;
using Xunit;

namespace Secronna.IntegrationTests.Http;

/// <summary>The client and the server keep the contract that is written down in one list of cases.</summary>
public sealed class ContractTests(SharedServer shared)
{
    public static TheoryData<string> Cases => [.. ContractCases.All.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_server_keeps_the_contract(string name)
    {
        var workspace = await shared.NewWorkspaceAsync();
        using var client = new SecronnaClient(new SecronnaClientOptions { Server = workspace.Server.Address, Token = workspace.Token });
        await ContractCases.All[name](client);
    }
}
