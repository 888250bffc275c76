using Secronna.Client.Testing;
using Secronna.Tests.Contract;
using Xunit;

namespace Secronna.UnitTests.Client;

/// <summary>The server of users' tests keeps the contract that the real one keeps.</summary>
public sealed class FakeContractTests
{
    public static TheoryData<string> Cases => [.. ContractCases.All.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task It_keeps_the_contract(string name)
    {
        using var fake = new SecronnaFake();
        using var client = fake.CreateClient();
        await ContractCases.All[name](client);
    }
}
