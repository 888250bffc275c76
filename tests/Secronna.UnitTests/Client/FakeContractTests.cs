using Secronna.Client.Testing;
using Secronna.Tests.Contract;
using Xunit;

namespace Secronna.UnitTests.Client;

/// <summary>The server of users' tests keeps the contract that the real one keeps, whichever way it is asked.</summary>
public sealed class FakeContractTests
{
    public static TheoryData<string> Cases => [.. ContractCases.All.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task It_keeps_the_contract_over_HTTP(string name)
    {
        using var fake = new SecronnaFake();
        using var http = new HttpClient(fake, disposeHandler: false);
        await ContractCases.All[name](new HttpDriver(http, SecronnaFake.Server, fake.Token));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task It_keeps_the_contract_by_the_client(string name)
    {
        using var fake = new SecronnaFake();
        using var http = new HttpClient(fake, disposeHandler: false);
        await ContractCases.All[name](new ClientDriver(new HttpDriver(http, SecronnaFake.Server, fake.Token), fake.CreateClient, fake.Token));
    }
}
