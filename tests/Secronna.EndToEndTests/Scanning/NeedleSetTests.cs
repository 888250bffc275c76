using System.Buffers.Text;
using System.Text;

namespace Secronna.EndToEndTests.Scanning;

/// <summary>The search finds texts that are there. Without this proof, a search that finds nothing would mean nothing.</summary>
public sealed class NeedleSetTests
{
    [Theory]
    [InlineData(40)]
    [InlineData(60_000)]
    public void A_text_is_found_in_every_encoding_at_every_alignment(int length)
    {
        var text = Canary.Plain(length);
        var needles = new NeedleSet();
        needles.Add("text", text);
        for (var before = 0; before < 17; before++)
        {
            foreach (var encoded in Encodings(text, new string('?', before)))
            {
                byte[] memory = [.. new byte[before], .. encoded, .. new byte[9]];
                Assert.NotEmpty(Find(needles, memory));
            }
        }
    }

    [Fact]
    public void A_part_of_a_large_text_is_found()
    {
        var text = Canary.Plain(60_000);
        var needles = new NeedleSet();
        needles.Add("text", text);
        Assert.NotEmpty(Find(needles, Encoding.UTF8.GetBytes(text.Substring(31_111, 160))));
        Assert.Empty(Find(needles, Encoding.UTF8.GetBytes(Canary.Plain(60_000))));
    }

    [Fact]
    public void A_text_that_JSON_escapes_is_found_both_raw_and_escaped()
    {
        var text = Canary.Escaped();
        var needles = new NeedleSet();
        needles.Add("text", text);
        Assert.NotEmpty(Find(needles, Encoding.UTF8.GetBytes(text)));
        Assert.NotEmpty(Find(needles, Encoding.Unicode.GetBytes(text)));
        Assert.NotEmpty(Find(needles, Encoding.UTF8.GetBytes(System.Text.Json.JsonSerializer.Serialize(text))));
    }

    private static IEnumerable<byte[]> Encodings(string text, string before)
    {
        var bytes = Encoding.UTF8.GetBytes(before + text);
        yield return bytes;
        yield return Encoding.Unicode.GetBytes(text);
        yield return Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes));
        yield return Encoding.ASCII.GetBytes(Base64Url.EncodeToString(bytes));
        yield return Encoding.ASCII.GetBytes(Convert.ToHexString(bytes));
        yield return Encoding.ASCII.GetBytes(Convert.ToHexStringLower(bytes));
    }

    private static List<Hit> Find(NeedleSet needles, byte[] memory)
    {
        var hits = new List<Hit>();
        needles.Find(memory, 0, hits);
        return hits;
    }
}
