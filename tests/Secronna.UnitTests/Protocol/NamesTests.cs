using System.Text.RegularExpressions;
using CsCheck;
using Secronna.Protocol;
using Xunit;

namespace Secronna.UnitTests.Protocol;

/// <summary>The rules for keys, slugs, workspace ids and the paths of grants.</summary>
[FlawClass("normalisation")]
public sealed class NamesTests
{
    [Theory]
    [InlineData("A", true)]
    [InlineData("_", true)]
    [InlineData("DATABASE_URL_2", true)]
    [InlineData("", false)]
    [InlineData("2A", false)]
    [InlineData("A-B", false)]
    [InlineData("A B", false)]
    [InlineData("A\n", false)]
    [InlineData("Ä", false)]
    [InlineData("Ａ", false)]
    [InlineData("A\0", false)]
    public void A_key_is_a_letter_or_underscore_then_letters_digits_and_underscores(string key, bool valid) =>
        Assert.Equal(valid, Names.IsKey(key));

    [Fact]
    public void A_key_has_256_characters_at_most()
    {
        Assert.True(Names.IsKey(new string('K', 256)));
        Assert.False(Names.IsKey(new string('K', 257)));
    }

    [Fact]
    public void A_text_is_a_key_exactly_where_it_matches_the_pattern_of_the_contract() => Gen.Char[' ', 'z'].Array[0, 6].Sample(characters =>
        Assert.Equal(Regex.IsMatch(new string(characters), @"\A[A-Za-z_][A-Za-z0-9_]*\z"), Names.IsKey(characters)));

    [Theory]
    [InlineData("")]
    [InlineData("incident 4711: restore the shop's database")]
    [InlineData("Störung, 障害対応, عطل, 🔥")]
    [InlineData("a\u00a0b\u3000c")]
    public void A_text_of_letters_signs_and_spaces_is_visible(string text) => Assert.True(Names.IsVisible(text));

    [Theory]
    [InlineData("\0")]
    [InlineData("\n")]
    [InlineData("\t")]
    [InlineData("\u007f")]
    [InlineData("\u0085")]
    [InlineData("\u2028")]
    [InlineData("\u2029")]
    [InlineData("\u202e")]
    [InlineData("\u2066")]
    [InlineData("\u061c")]
    [InlineData("\u200b")]
    [InlineData("\u200d")]
    [InlineData("\u00ad")]
    [InlineData("\u034f")]
    [InlineData("\u115f")]
    [InlineData("\u2800")]
    [InlineData("\u3164")]
    [InlineData("\ufe0f")]
    [InlineData("\ufeff")]
    [InlineData("\U000e0041")]
    [InlineData("\U000e0100")]
    [InlineData("\U0001d173")]
    public void A_text_with_a_control_a_bidirectional_or_an_invisible_character_is_not_visible(string character)
    {
        Assert.False(Names.IsVisible(character));
        Assert.False(Names.IsVisible("a" + character + "b"));
    }

    [Fact]
    public void A_text_with_half_of_a_surrogate_pair_is_not_visible() =>
        Assert.All(["\ud800", "a\udc00", "\udc00\ud800", "a\ud83d"], text => Assert.False(Names.IsVisible(text)));

    [Theory]
    [InlineData("Web Shop", "web-shop")]
    [InlineData("  --Web__Shop!!  ", "web-shop")]
    [InlineData("API 2.0", "api-2-0")]
    [InlineData("a", "a")]
    [InlineData("日本", "")]
    [InlineData("日本 1", "1")]
    [InlineData("", "")]
    [InlineData("---", "")]
    public void A_slug_keeps_letters_and_digits_with_one_hyphen_between_runs(string name, string slug) =>
        Assert.Equal(slug, Names.Slug(name));

    [Fact]
    public void Every_slug_is_well_formed_and_is_its_own_slug() => Gen.String.Where(name => !name.Any(char.IsSurrogate)).Sample(name =>
    {
        var slug = Names.Slug(name);
        Assert.Matches(@"\A([a-z0-9]+(-[a-z0-9]+)*)?\z", slug);
        Assert.Equal(slug, Names.Slug(slug));
    });

    [Theory]
    [InlineData("acc_dev", true)]
    [InlineData("A-1", true)]
    [InlineData("", false)]
    [InlineData("a/b", false)]
    [InlineData("a b", false)]
    public void A_workspace_id_has_letters_digits_underscores_and_hyphens(string id, bool valid) =>
        Assert.Equal(valid, Names.IsWorkspaceId(id));

    [Fact]
    public void A_workspace_id_has_64_characters_at_most()
    {
        Assert.True(Names.IsWorkspaceId(new string('a', 64)));
        Assert.False(Names.IsWorkspaceId(new string('a', 65)));
    }

    [Theory]
    [InlineData("web", true)]
    [InlineData("web/production", true)]
    [InlineData("web/production/DB_*", true)]
    [InlineData("*", true)]
    [InlineData("**/*-2/*a*B*", true)]
    [InlineData("w-1/2/_", true)]
    [InlineData("", false)]
    [InlineData("/", false)]
    [InlineData("/web", false)]
    [InlineData("web/", false)]
    [InlineData("web//KEY", false)]
    [InlineData("web/production/KEY/", false)]
    [InlineData("web/production/KEY/more", false)]
    [InlineData("Web", false)]
    [InlineData("web/Production", false)]
    [InlineData("web_1", false)]
    [InlineData("web/production/DB-URL", false)]
    [InlineData("we?", false)]
    [InlineData("web/production/KE?", false)]
    [InlineData("web\\production", false)]
    [InlineData("web/production/KEY\\", false)]
    [InlineData(" web", false)]
    [InlineData("web/production/KEY\n", false)]
    [InlineData("wéb", false)]
    public void The_path_of_a_grant_is_one_to_three_segments_of_slugs_and_a_key_with_stars(string path, bool valid) =>
        Assert.Equal(valid, Names.IsGrantPath(path));

    [Fact]
    public void The_path_of_a_grant_has_room_for_the_longest_slugs_and_key()
    {
        var path = $"{new string('a', Limits.NameLength)}/{new string('b', Limits.NameLength)}/{new string('K', Limits.KeyLength)}";

        Assert.True(Names.IsGrantPath(path));
        Assert.False(Names.IsGrantPath(path + "*"));
    }
}
