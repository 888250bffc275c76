using System.Globalization;
using Xunit;
using static Secronna.UnitTests.Server.Access.Tokens.TokenReading;

namespace Secronna.UnitTests.Server.Access.Tokens;

/// <summary>A token is valid only within its times, and only for so long as the settings allow.</summary>
[FlawClass("token expiry")]
public sealed class TokenTimesTests
{
    [Theory]
    [InlineData("exp", 1, true)]
    [InlineData("exp", -29, true)]
    [InlineData("exp", -29.9, true)]
    [InlineData("exp", -30, false)]
    [InlineData("exp", -30.5, false)]
    [InlineData("nbf", -1, true)]
    [InlineData("nbf", 29.5, true)]
    [InlineData("nbf", 30, true)]
    [InlineData("nbf", 30.5, false)]
    [InlineData("iat", 30, true)]
    [InlineData("iat", 31, false)]
    [InlineData("iat", -86_000, true)]
    public void Clocks_may_differ_by_thirty_seconds(string claim, double seconds, bool isValid) =>
        Assert.Equal(isValid, Read(Claim(claim, At(seconds))) is not null);

    [Theory]
    [InlineData("exp", "REMOVED")]
    [InlineData("exp", "null")]
    [InlineData("exp", "\"1785600000\"")]
    [InlineData("exp", "1e400")]
    [InlineData("exp", "1e15")]
    [InlineData("exp", "true")]
    [InlineData("exp", "[1785600000]")]
    [InlineData("exp", "-1")]
    [InlineData("iat", "null")]
    [InlineData("iat", "\"now\"")]
    [InlineData("iat", "-1")]
    [InlineData("nbf", "null")]
    [InlineData("nbf", "{}")]
    [InlineData("nbf", "\"1\"")]
    public void What_is_no_instant_is_refused(string claim, string json) =>
        Assert.Null(Read(json == "REMOVED" ? $$"""{"{{claim}}":"REMOVED"}""" : Claim(claim, json)));

    [Theory]
    [InlineData(0, 24 * 3_600, true)]
    [InlineData(0, (24 * 3_600) + 1, false)]
    [InlineData(-3_600, 23 * 3_600, true)]
    [InlineData(-3_600, (23 * 3_600) + 1, false)]
    [InlineData(-400 * 86_400, 60, false)]
    public void A_token_that_lives_for_longer_than_a_day_is_refused(double issued, double expiry, bool isValid) =>
        Assert.Equal(isValid, Read($$"""{"iat":{{At(issued)}},"exp":{{At(expiry)}}}""") is not null);

    [Theory]
    [InlineData(24 * 3_600, true)]
    [InlineData((24 * 3_600) + 1, false)]
    public void The_lifetime_counts_from_now_if_the_token_does_not_say_when_it_was_issued(double expiry, bool isValid) =>
        Assert.Equal(isValid, Read($$"""{"iat":"REMOVED","exp":{{At(expiry)}}}""") is not null);

    [Fact]
    public void The_longest_lifetime_is_a_setting()
    {
        var claims = Claim("exp", At(3_601));

        Assert.Null(Read(claims, settings => settings.MaxTokenLifetime = TimeSpan.FromHours(1)));
        Assert.NotNull(Read(claims, settings => settings.MaxTokenLifetime = TimeSpan.FromHours(2)));
    }

    private static string Claim(string name, string json) => $$"""{"{{name}}":{{json}}}""";

    private static string At(double seconds) => (Now.ToUnixTimeSeconds() + seconds).ToString("R", CultureInfo.InvariantCulture);
}
