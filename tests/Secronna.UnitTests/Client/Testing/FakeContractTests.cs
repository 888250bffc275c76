using Microsoft.Extensions.Time.Testing;
using Secronna.Client.Testing;
using Secronna.Tests.Contract;
using Xunit;

namespace Secronna.UnitTests.Client.Testing;

/// <summary>The fake passes the contract cases that the real server passes, over HTTP and with the client.</summary>
public sealed class FakeContractTests : IDisposable
{
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
        AutoAdvanceAmount = TimeSpan.FromMicroseconds(10),
    };

    private readonly SecronnaFake fake;
    private readonly HttpClient http;
    private readonly HttpDriver driver;

    public FakeContractTests()
    {
        fake = new SecronnaFake(time);
        http = new HttpClient(fake, disposeHandler: false);
        driver = new HttpDriver(http, SecronnaFake.Server, fake.Token);
    }

    public static TheoryData<string> Cases => [.. ContractCases.All.Keys];

    public static TheoryData<string> HttpOnlyCases => [.. HttpCases.All.Keys];

    public static TheoryData<string> TimedCases => [.. TimeCases.All.Keys];

    private ClientDriver ByClient => new(driver, token => fake.CreateClient(token), fake.Token);

    public void Dispose()
    {
        http.Dispose();
        fake.Dispose();
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public Task The_fake_keeps_the_contract_over_HTTP(string name) => ContractCases.All[name](driver);

    [Theory]
    [MemberData(nameof(Cases))]
    public Task The_fake_keeps_the_contract_with_the_client(string name) => ContractCases.All[name](ByClient);

    [Theory]
    [MemberData(nameof(HttpOnlyCases))]
    public Task The_fake_keeps_the_part_of_the_contract_that_only_plain_HTTP_reaches(string name) => HttpCases.All[name](driver);

    [Theory]
    [MemberData(nameof(TimedCases))]
    public Task Access_keys_of_the_fake_expire(string name) => TimeCases.All[name](ByClient, time.Advance);

    [Fact]
    public Task The_fake_remembers_idempotency_keys_for_a_day() => TimeCases.RepeatAsync(driver, time.Advance);
}
