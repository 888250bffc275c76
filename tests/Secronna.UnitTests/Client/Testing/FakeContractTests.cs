using Microsoft.Extensions.Time.Testing;
using Secronna.Client.Testing;
using Secronna.Tests.Contract;
using Xunit;

namespace Secronna.UnitTests.Client;

/// <summary>The server of users' tests keeps the contract that the real one keeps, whichever way it is asked.</summary>
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

    public static TheoryData<string> HttpAlone => [.. HttpCases.All.Keys];

    public static TheoryData<string> OfTime => [.. TimeCases.All.Keys];

    private ClientDriver ByClient => new(driver, token => fake.CreateClient(token), fake.Token);

    public void Dispose()
    {
        http.Dispose();
        fake.Dispose();
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public Task It_keeps_the_contract_over_HTTP(string name) => ContractCases.All[name](driver);

    [Theory]
    [MemberData(nameof(Cases))]
    public Task It_keeps_the_contract_by_the_client(string name) => ContractCases.All[name](ByClient);

    [Theory]
    [MemberData(nameof(HttpAlone))]
    public Task It_answers_what_plain_HTTP_asks(string name) => HttpCases.All[name](driver);

    [Theory]
    [MemberData(nameof(OfTime))]
    public Task It_keeps_terms(string name) => TimeCases.All[name](ByClient, time.Advance);

    [Fact]
    public Task It_knows_repeats_for_a_day() => TimeCases.RepeatAsync(driver, time.Advance);
}
