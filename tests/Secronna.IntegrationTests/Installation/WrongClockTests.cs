using Secronna.Crypto.Trail;
using Secronna.IntegrationTests.Engines;
using Secronna.Server.Access;
using Secronna.Server.Features.Clock;
using Secronna.Server.Installation;
using Xunit;

namespace Secronna.IntegrationTests.Installation;

/// <summary>
/// A server whose clock (on PostgreSQL the database's) shows a time that can't be right reveals and writes nothing, until the clock
/// is right again or an operator confirms it.
/// </summary>
[DependsOnTransactions]
public sealed class WrongClockTests : IAsyncLifetime
{
    private readonly SteppedClock time = new();
    private TestServer server = null!;
    private TestEnvironment environment = null!;
    private string secret = "";

    public async ValueTask InitializeAsync()
    {
        server = await TestServer.StartAsync(time: time);
        environment = await server.NewTestEnvironmentAsync();
        secret = await environment.WriteAsync("KEY", "a value");
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private BelievedClock Clock => server.Installation.Clock;

    [Theory]
    [InlineData(-10)]
    [InlineData(25 * 60)]
    public async Task A_clock_that_goes_too_far_stops_reveals_and_writes_until_it_is_back(int minutes)
    {
        Clock.Trust();
        (await environment.RevealAsync(secret)).Is(200);
        var segments = server.Count("SELECT count(*) FROM trail_segments");

        var right = time.GetUtcNow();
        await SetClockAsync(TimeSpan.FromMinutes(minutes));
        var refused = (await environment.RevealAsync(secret)).IsError(503, "UNAVAILABLE");
        Assert.Contains(Minute(right), refused.Message, StringComparison.Ordinal);
        Assert.Contains(Minute(time.GetUtcNow()), refused.Message, StringComparison.Ordinal);
        Assert.Contains("secronna-server clock accept", refused.Message, StringComparison.Ordinal);
        (await environment.RevealAllAsync()).IsError(503, "UNAVAILABLE");
        (await environment.Api.PostAsync("/projects", """{"name":"new"}""")).IsError(503, "UNAVAILABLE");
        (await environment.RevealAsync("sec_00000000000000000000000000")).IsError(503, "UNAVAILABLE");
        (await environment.Api.GetAsync("/projects")).Is(200);
        await ExpectReadinessAsync(503, "clock accept");
        Assert.Equal(segments, server.Count("SELECT count(*) FROM trail_segments"));

        await SetClockAsync(TimeSpan.Zero);
        Assert.Equal("a value", await environment.ValueAsync(secret));
        (await environment.Api.PostAsync("/projects", """{"name":"new"}""")).Is(201);
        await ExpectReadinessAsync(200);
    }

    [Theory]
    [InlineData(-4)]
    [InlineData(23 * 60)]
    public async Task A_clock_that_goes_a_little_is_believed(int minutes)
    {
        Clock.Trust();
        await SetClockAsync(TimeSpan.FromMinutes(minutes));
        Assert.Equal("a value", await environment.ValueAsync(secret));
    }

    [Fact]
    public async Task An_operator_confirms_the_time_that_the_clock_shows_on_record_and_no_later_one()
    {
        Clock.Trust();
        await SetClockAsync(TimeSpan.FromHours(25));
        (await environment.RevealAsync(secret)).IsError(503, "UNAVAILABLE");
        await AcceptAsync();

        await ExpectRevealAsync(200);
        var recorded = Assert.Single(server.Sql("SELECT actor_type, details FROM audit_entries WHERE action = 'clock.accept' AND workspace_id = ''"));
        Assert.Equal("operator", recorded[0]);
        Assert.Contains($$"""{"before":{"clock":"{{Minute(TimeProvider.System.GetUtcNow())[..10]}}""", (string)recorded[1], StringComparison.Ordinal);
        Assert.Contains($$"""},"after":{"clock":"{{Minute(time.GetUtcNow())[..10]}}""", (string)recorded[1], StringComparison.Ordinal);

        await SetClockAsync(TimeSpan.FromHours(51));
        (await environment.RevealAsync(secret)).IsError(503, "UNAVAILABLE");
        await SetClockAsync(TimeSpan.FromHours(25));
        await ExpectRevealAsync(200);
        await SetClockAsync(TimeSpan.Zero);
        (await environment.RevealAsync(secret)).IsError(503, "UNAVAILABLE");
    }

    [Fact]
    public async Task A_confirmation_counts_once()
    {
        Clock.Trust();
        await AcceptAsync();
        await Until.HoldsAsync("the server says so", () => server.Log.Lines.Any(line => line.Contains("[90]", StringComparison.Ordinal)));
        await SetClockAsync(TimeSpan.FromHours(23));
        (await environment.RevealAsync(secret)).Is(200);
        await SetClockAsync(TimeSpan.Zero);
        (await environment.RevealAsync(secret)).IsError(503, "UNAVAILABLE");
    }

    [Fact]
    public async Task A_confirmation_of_another_time_changes_nothing_here()
    {
        Clock.Trust();
        await SetClockAsync(TimeSpan.FromHours(25));
        var other = Protocol.Instant.From(time.GetUtcNow() - TimeSpan.FromMinutes(6)).Microseconds;
        server.Sql($"UPDATE installation SET clock_accepted_at = {other}, clock_accepted_newest = 0");
        await Until.HoldsAsync("the server says so", () => server.Log.Lines.Any(line => line.Contains("[91]", StringComparison.Ordinal)));
        (await environment.RevealAsync(secret)).IsError(503, "UNAVAILABLE");
    }

    [Theory]
    [InlineData(-6)]
    [InlineData(91 * 24 * 60)]
    public async Task At_the_start_a_clock_that_does_not_fit_the_newest_entry_must_be_confirmed(int minutes)
    {
        await SetClockAsync(TimeSpan.FromMinutes(minutes));
        await StartToServeAsync();
        var refused = (await environment.RevealAsync(secret)).IsError(503, "UNAVAILABLE");
        Assert.Contains("the newest entry of the audit trail is of " + Minute(TimeProvider.System.GetUtcNow())[..13], refused.Message, StringComparison.Ordinal);
        await ExpectReadinessAsync(503, "the newest entry");
        await AcceptAsync();
        await ExpectRevealAsync(200);
        await ExpectReadinessAsync(200);

        // The next start needs no other confirmation.
        await StartToServeAsync();
        (await environment.RevealAsync(secret)).Is(200);
    }

    [Fact]
    public async Task At_the_start_a_clock_that_fits_the_newest_entry_needs_nobody()
    {
        await SetClockAsync(TimeSpan.FromDays(89));
        await StartToServeAsync();
        (await environment.RevealAsync(secret)).Is(200);
    }

    [Fact]
    public async Task A_clock_that_is_set_back_lets_no_expired_key_live_again()
    {
        var shortLived = server.With((await environment.Workspace.NewAccessKeyAsync(days: 1)).Text("token"));
        (await shortLived.GetAsync("/me")).Is(200);
        await SetClockAsync(TimeSpan.FromHours(25));
        Clock.Trust();
        (await environment.RevealAsync(secret)).Is(200);
        (await shortLived.GetAsync("/me")).IsError(401, "AUTH_REQUIRED");

        await SetClockAsync(TimeSpan.Zero);
        (await shortLived.GetAsync("/me")).IsError(401, "AUTH_REQUIRED");
        (await environment.Api.GetAsync("/me")).Is(200);
    }

    private async Task SetClockAsync(TimeSpan difference)
    {
        time.SetTo(difference);
        await server.SetDatabaseClockAsync();
    }

    private async Task StartToServeAsync()
    {
        await server.RestartAsync();
        Clock.CompareWithEntries();
    }

    private async Task AcceptAsync()
    {
        await using var command = await server.OpenAgainAsync();
        await ClockService.AcceptAsync(Caller.Operator(TrailEntry.Installation), command.Database, command.Time);
    }

    private Task<TimeSpan> ExpectRevealAsync(int status) =>
        Until.HoldsAsync($"a reveal is answered with {status}", async () => (await environment.RevealAsync(secret)).Status == status);

    private Task<TimeSpan> ExpectReadinessAsync(int status, string message = "") => Until.HoldsAsync(
        $"readiness is {status}", async () => await server.Anyone.SendToAsync("GET", "/health/ready") is var reply && reply.Status == status
            && reply.Text.Contains(message, StringComparison.Ordinal));

    private static string Minute(DateTimeOffset time) => Protocol.Instant.From(time).ToString()[..16];
}
