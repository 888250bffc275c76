using CsCheck;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Http;
using Xunit;

namespace Secronna.UnitTests.Server.Http;

/// <summary>The header that says why a request is made.</summary>
public sealed class ReasonHeaderTests
{
    [Fact]
    public void A_request_without_the_header_gives_no_reason()
    {
        Assert.True(ReasonHeader.TryRead(new HeaderDictionary(), out var reason));
        Assert.Null(reason);
    }

    [Theory]
    [InlineData("incident 4711", "incident 4711")]
    [InlineData("  spaces at its ends  ", "spaces at its ends")]
    [InlineData("100% sure", "100% sure")]
    [InlineData("it's UTF-8''x", "it's UTF-8''x")]
    [InlineData("UTF-8''St%C3%B6rung", "Störung")]
    [InlineData("utf-8''St%c3%b6rung", "Störung")]
    [InlineData("UTF-8''100%25%20(sure)", "100% (sure)")]
    [InlineData("UTF-8''%F0%9F%94%A5", "🔥")]
    [InlineData("UTF-8''plain", "plain")]
    public void Text_is_taken_as_it_is_or_decoded(string header, string expected)
    {
        Assert.True(ReasonHeader.TryRead(Headers(header), out var reason));
        Assert.Equal(expected, reason);
        ReasonHeader.Check(Headers(header));
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("UTF-8''")]
    [InlineData("UTF-8''%20")]
    [InlineData("Störung")]
    [InlineData("a\tb")]
    [InlineData("UTF-8''%")]
    [InlineData("UTF-8''%4")]
    [InlineData("UTF-8''%4g")]
    [InlineData("UTF-8''%-1")]
    [InlineData("UTF-8''%C3")]
    [InlineData("UTF-8''%C0%80")]
    [InlineData("UTF-8''%ED%A0%80")]
    [InlineData("UTF-8''%00")]
    [InlineData("UTF-8''a%0Ab")]
    [InlineData("UTF-8''a%E2%80%AEb")]
    [InlineData("UTF-8''a%E2%80%8Bb")]
    public void A_malformed_header_gives_no_reason_and_is_refused_without_being_repeated(string header)
    {
        Assert.False(ReasonHeader.TryRead(Headers(header), out var reason));
        Assert.Null(reason);
        var refused = Assert.Throws<RequestException>(() => ReasonHeader.Check(Headers(header)));
        Assert.Equal((ErrorCodes.ValidationError, "reason"), (refused.Code, refused.Param));
        Assert.Equal(Assert.Throws<RequestException>(() => ReasonHeader.Check(Headers("a", "b"))).Message, refused.Message);
    }

    [Theory]
    [InlineData("a", "a")]
    [InlineData("é", "%C3%A9")]
    [InlineData("語", "%E8%AA%9E")]
    public void A_reason_has_500_characters_at_most(string character, string encoded)
    {
        Assert.True(ReasonHeader.TryRead(Headers("UTF-8''" + string.Concat(Enumerable.Repeat(encoded, 500))), out var reason));
        Assert.Equal(string.Concat(Enumerable.Repeat(character, 500)), reason);
        Assert.False(ReasonHeader.TryRead(Headers("UTF-8''" + string.Concat(Enumerable.Repeat(encoded, 501))), out _));
        Assert.False(ReasonHeader.TryRead(Headers(new string('a', 501)), out _));
        Assert.False(ReasonHeader.TryRead(Headers("UTF-8''" + new string('a', 30_000)), out _));
    }

    [Fact]
    public void A_header_that_was_sent_twice_is_refused() => Assert.False(ReasonHeader.TryRead(Headers("a", "a"), out _));

    [Fact]
    public void Every_visible_text_comes_back_from_its_encoded_form() => Gen.String[1, 50].Sample(text =>
    {
        var isReason = Names.IsVisible(text) && text.Trim().Length > 0;
        var encoded = Names.IsVisible(text) ? Uri.EscapeDataString(text) : "%00";
        Assert.Equal(isReason, ReasonHeader.TryRead(Headers("UTF-8''" + encoded), out var reason));
        Assert.Equal(isReason ? text.Trim() : null, reason);
    });

    private static HeaderDictionary Headers(params string[] values) => new() { [ReasonHeader.Name] = new StringValues(values) };
}
