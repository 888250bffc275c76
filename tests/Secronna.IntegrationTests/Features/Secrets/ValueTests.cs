using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CsCheck;
using Xunit;

namespace Secronna.IntegrationTests.Features.Secrets;

/// <summary>A reveal returns a value exactly as it was written, however it was escaped in JSON.</summary>
public sealed class ValueTests(SharedServer shared)
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Gen<string> AnyText = Gen.OneOf(
            Gen.Int[1, 0x1F], Gen.Int[0x20, 0x7F], Gen.Int[0x80, 0x7FF], Gen.Int[0x800, 0xD7FF], Gen.Int[0xE000, 0xFFFF],
            Gen.Int[0x10000, 0x10FFFF], Gen.OneOf('"', '\\', '/', '<', '>', '&', '\'', 0x2028, 0x2029, 0xFEFF, 0xFFFF, 0x7F))
        .Array[0, 400].Select(points => string.Concat(points.Select(char.ConvertFromUtf32)));

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("\r\n\t\b\f")]
    [InlineData("\"\\/'`$(){}[]")]
    [InlineData("</script><!-- & -->")]
    [InlineData("-----BEGIN KEY-----\nMII…\n-----END KEY-----\n")]
    [InlineData("日本語 العربية 😀 👩‍👩‍👧‍👦 e\u0301")]
    [InlineData("\u0001\u001f\u007f\u0080\u009f\u2028\u2029\ufeff\uffff\ufffe")]
    [InlineData("{\"key\":\"value\"}")]
    public async Task A_value_with_special_characters_is_returned_unchanged(string value)
    {
        var environment = await shared.NewTestEnvironmentAsync();

        await RoundTripsAsync(environment, value);
    }

    [Fact]
    public async Task Every_character_of_the_basic_multilingual_plane_is_returned_unchanged()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var all = Enumerable.Range(1, 0xFFFF).Where(point => point is < 0xD800 or > 0xDFFF).Select(point => (char)point);

        foreach (var piece in all.Chunk(16_000))
        {
            await RoundTripsAsync(environment, new string(piece));
        }
    }

    [Fact]
    public async Task A_random_value_is_returned_unchanged_whether_escaped_or_not()
    {
        var environment = await shared.NewTestEnvironmentAsync();

        await AnyText.SampleAsync(value => RoundTripsAsync(environment, value), iter: 150, threads: 2);
    }

    [Fact]
    public async Task Random_values_of_a_batch_are_returned_unchanged_in_one_reveal()
    {
        await AnyText.Array[1, 30].SampleAsync(
            async values =>
            {
                var environment = await shared.NewTestEnvironmentAsync();
                await environment.WriteAllAsync(values.Select((value, i) => ($"KEY_{i:000}", value)));
                Assert.Equal(values, (await environment.RevealAllAsync()).Is(200).Data.GetProperty("secrets").Each("value"));
            },
            iter: 15, threads: 2);
    }

    [Theory]
    [InlineData("""\ud83d\ude00""", "😀")]
    [InlineData("""\uD83D\uDE00""", "😀")]
    [InlineData("""x\ud83d\ude00\ud83d\ude01y""", "x😀😁y")]
    [InlineData("""\u0041\/\b\f\n\r\t\"\\""", "A/\b\f\n\r\t\"\\")]
    [InlineData("""\uFFFF\uFEFF""", "\uFFFF\uFEFF")]
    [InlineData("""\\u0041""", "\\u0041")]
    public async Task JSON_escapes_are_decoded(string spelt, string value)
    {
        var environment = await shared.NewTestEnvironmentAsync();

        var written = (await environment.Api.PutAsync(environment.SecretsPath, $$"""{"key":"KEY","value":"{{spelt}}"}""")).Is(201).Data;

        Assert.Equal(value, await environment.ValueAsync(written.Text("id")));
    }

    private static async Task RoundTripsAsync(TestEnvironment environment, string value)
    {
        foreach (var options in new[] { JsonSerializerOptions.Default, Relaxed })
        {
            var body = $$"""{"key":"KEY","value":{{JsonSerializer.Serialize(value, options)}}}""";
            var data = (await environment.Api.PutAsync(environment.SecretsPath, body)).Is(201).Data;
            var reply = (await environment.RevealAsync(data.Text("id"), data.Number("version"))).Is(200);
            Assert.Equal(value, reply.Data.Text("value"));
            Assert.Equal(reply.Body.Length.ToString(System.Globalization.CultureInfo.InvariantCulture), reply.Header("Content-Length"));
            Assert.Equal(reply.Body, Encoding.UTF8.GetBytes(reply.Text));
        }
    }
}
