using CsCheck;
using Secronna.Crypto.Trail;
using Xunit;

namespace Secronna.UnitTests.Crypto.Trail;

public sealed class OriginTests
{
    [Theory]
    [InlineData("ins_1", "acc_1", 1, "secronna/ins_1/acc_1/1")]
    [InlineData("ins_1", null, 7, "secronna/ins_1/-/7")]
    [InlineData("ins_1", "-", 7, "secronna/ins_1/%2D/7")]
    [InlineData("-", "--", 7, "secronna/-/--/7")]
    [InlineData("ins_1", "acc with/odd+name", 2, "secronna/ins_1/acc%20with%2Fodd%2Bname/2")]
    [InlineData("i%n", "é\n", long.MaxValue, "secronna/i%25n/%C3%A9%0A/9223372036854775807")]
    [InlineData("A-z", "0._~!*'()", 1, "secronna/A-z/0._~%21%2A%27%28%29/1")]
    public void An_origin_is_written_and_read_back(string installation, string? workspace, long epoch, string text)
    {
        var origin = Of(installation, workspace, epoch);
        Assert.Equal(text, origin.ToString());
        Assert.True(Origin.TryParse(text, out var parsed));
        Assert.Equal(origin, parsed);
    }

    [Fact]
    public void Different_logs_have_different_origins_and_each_is_a_name_of_a_key() =>
        Gen.Select(Ids(), Ids(), Gen.Long[1, long.MaxValue]).Select(Gen.Select(Ids(), Ids(), Gen.Long[1, 3])).Sample((a, b) =>
        {
            var (first, second) = (Origin.OfWorkspace(a.Item1, a.Item2, a.Item3), Origin.OfWorkspace(b.Item1, b.Item2, b.Item3));
            Assert.Equal(a == b, first.ToString() == second.ToString());
            Assert.NotEqual(Origin.OfInstallation(a.Item1, a.Item3).ToString(), first.ToString());
            Assert.True(Origin.TryParse(first.ToString(), out var parsed));
            Assert.Equal(first, parsed);
            using var key = LogKey.Create(new byte[LogKey.SeedSize]);
            Assert.Equal(first.ToString(), key.VerifierKeyFor(first).Name);
        }, iter: 500);

    [Theory]
    [InlineData("")]
    [InlineData("secronna")]
    [InlineData("secronna/i/w")]
    [InlineData("secronna/i/w/1/")]
    [InlineData("secronna/i/w/1/2")]
    [InlineData("Secronna/i/w/1")]
    [InlineData("secronna//w/1")]
    [InlineData("secronna/i//1")]
    [InlineData("secronna/i/w/")]
    [InlineData("secronna/i/w/0")]
    [InlineData("secronna/i/w/01")]
    [InlineData("secronna/i/w/-1")]
    [InlineData("secronna/i/w/+1")]
    [InlineData("secronna/i/w/1 ")]
    [InlineData("secronna/i/w/1\0")]
    [InlineData("secronna/i/w/9223372036854775808")]
    [InlineData("secronna/i/%77/1")]
    [InlineData("secronna/i/%2d/1")]
    [InlineData("secronna/%2D/w/1")]
    [InlineData("secronna/i/%/1")]
    [InlineData("secronna/i/%FF/1")]
    [InlineData("secronna/i/%C0%AF/1")]
    [InlineData("secronna/i/é/1")]
    [InlineData("secronna/i/a b/1")]
    [InlineData("secronna/i/a+b/1")]
    [InlineData("secronna/i/%ED%A0%80/1")]
    public void Any_other_spelling_is_refused(string text) => Assert.False(Origin.TryParse(text, out _));

    [Fact]
    public void Ids_that_are_empty_too_long_or_not_Unicode_are_refused()
    {
        foreach (var id in new[] { "", new string('x', 129), "\ud800" })
        {
            Assert.Throws<ArgumentException>(() => Origin.OfWorkspace(id, "w", 1));
            Assert.Throws<ArgumentException>(() => Origin.OfWorkspace("i", id, 1));
            Assert.Throws<ArgumentException>(() => Origin.OfInstallation(id, 1));
            Assert.False(Origin.TryParse($"secronna/i/{id}/1", out _));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => Origin.OfInstallation("i", 0));
    }

    private static Origin Of(string installation, string? workspace, long epoch) =>
        workspace is null ? Origin.OfInstallation(installation, epoch) : Origin.OfWorkspace(installation, workspace, epoch);

    private static Gen<string> Ids() => Gen.String[Gen.Char["-aé/%+ \n2D."], 1, 6];
}
