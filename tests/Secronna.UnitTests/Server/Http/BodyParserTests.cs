using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Secronna.Crypto;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Features.Credentials;
using Secronna.Server.Features.PointInTime;
using Secronna.Server.Features.Secrets;
using Secronna.Server.Http;
using Secronna.Server.Vault;
using Xunit;

namespace Secronna.UnitTests.Server.Http;

/// <summary>Parsers of request bodies give a result or a <see cref="RequestException"/>, whatever they are sent (S29).</summary>
public sealed class BodyParserTests
{
    private static readonly LimitSettings Limits = new();

    private static readonly JsonSerializerOptions[] Styles =
        [new() { Encoder = JavaScriptEncoder.Default }, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }];

    private static readonly string[] Seeds =
    [
        """{"key":"KEY","value":"v\u00e4\ud83d\ude00\n","expectedVersion":3,"comment":"why"}""",
        """{"secrets":[{"key":"A","value":""},{"key":"B","value":"x","comment":null}],"comment":"all"}""",
        """{"path":"web/production/KEY","version":7}""",
        """{"keys":["A","B","C"],"at":"2026-01-31T09:00:00.123456Z"}""",
        """{"version":7,"comment":"why"}""",
        """{"at":"2026-01-31T09:00:00+01:00","dryRun":true,"prune":false,"comment":null}""",
        """{"with":"env_0","at":null,"withAt":"2026-01-31T09:00:00Z"}""",
        """{"name":"Web Shop","expiresInDays":30}""",
        "{}",
    ];

    private static readonly Action<byte[]>[] Parsers =
    [
        body => Parse(body, (ref Utf8JsonReader reader) => SecretWriteBody.Read(ref reader, Limits)).Dispose(),
        body => Parse(body, (ref Utf8JsonReader reader) => SecretWriteBody.ReadBatch(ref reader, Limits)).ForEach(write => write.Dispose()),
        body => Parse(body, RevealBody.ReadPath),
        body => Parse(body, (ref Utf8JsonReader reader) => RevealBody.ReadSelection(ref reader, Limits)),
        body => Parse(body, (ref Utf8JsonReader reader) => PointInTimeBody.ReadRollback(ref reader, 1_000)),
        body => Parse(body, (ref Utf8JsonReader reader) => PointInTimeBody.ReadRestore(ref reader, 1_000)),
        body => Parse<(ComparedSide, Instant?)>(body, PointInTimeBody.ReadCompare),
        body => Parse(body, (ref Utf8JsonReader reader) => NameBody.Read(ref reader, 120)),
        body => Parse(body, (ref Utf8JsonReader reader) => AccessKeyBody.Read(ref reader, 120, isNew: true)),
        body => Parse(body, NameBody.ReadEmpty),
    ];

    [Theory]
    [InlineData("{} x")]
    [InlineData("{}]")]
    [InlineData("{}{}")]
    public void Parsed_values_are_zeroed_if_the_body_goes_on_after_them(string body)
    {
        var (one, two) = (PinnedBuffer.Rent(8), PinnedBuffer.Rent(8));
        Refuse((ref Utf8JsonReader reader) =>
        {
            reader.Skip();
            return new ValueToWrite("KEY", one, null, null);
        });
        Refuse((ref Utf8JsonReader reader) =>
        {
            reader.Skip();
            return new List<ValueToWrite> { new("KEY", two, null, null) };
        });
        Assert.Throws<ObjectDisposedException>(() => { _ = one.Span; });
        Assert.Throws<ObjectDisposedException>(() => { _ = two.Span; });

        void Refuse<T>(BodyParser<T> parse) =>
            Assert.Throws<RequestException>(() => { JsonBody.Parse(Encoding.UTF8.GetBytes(body), parse); });
    }

    [Fact]
    public void Random_bytes_give_a_result_or_a_refusal() => Gen.Byte.Array[0, 80].Sample(TryAll, iter: 20_000);

    [Fact]
    public void Random_text_that_resembles_JSON_gives_a_result_or_a_refusal() =>
        AnyOf("{", "}", "[", "]", ",", ":", "\"", "\"key\"", "\"value\"", "\"secrets\"", "\"keys\"", "\"path\"", "null", "true", "-1", "1e9",
            "\\ud800", "\\u0000", "\\", " ", "\"\\ud800\"", "\"k\\u0065y\"", "//", "\ufeff").Array[0, 16]
            .Sample(parts => TryAll(Encoding.UTF8.GetBytes(string.Concat(parts))), iter: 20_000);

    [Fact]
    public void Valid_bodies_with_a_few_changed_bytes_give_a_result_or_a_refusal() =>
        Gen.Select(AnyOf(Seeds), Gen.Select(Gen.Int[0, 200], Gen.Byte).Array[1, 4], Gen.Int[0, 200]).Sample((seed, changes, cut) =>
        {
            var body = Encoding.UTF8.GetBytes(seed);
            foreach (var (place, with) in changes)
            {
                body[place % body.Length] = with;
            }

            TryAll(body);
            TryAll(body[..(cut % body.Length)]);
        }, iter: 20_000);

    [Fact]
    public void A_parsed_value_equals_the_text_that_another_JSON_reader_reads() => Gen.String.Sample(text =>
    {
        if (text.Contains('\0') || !IsWellFormed(text))
        {
            return;
        }

        foreach (var style in Styles)
        {
            var json = JsonSerializer.Serialize(text, style);
            using var write = Write($$"""{"value":{{json}},"key":"K","comment":null,"expectedVersion":null}""");
            Assert.Equal(JsonNode.Parse(json)!.GetValue<string>(), Encoding.UTF8.GetString(write.Value.Span));
            Assert.Null(write.Comment);
            Assert.Null(write.ExpectedVersion);
        }
    }, iter: 5_000);

    [Theory]
    [InlineData("", "not JSON")]
    [InlineData("null", "must be a JSON object")]
    [InlineData("[]", "must be a JSON object")]
    [InlineData("{\"key\":\"A\",\"value\":\"v\"} x", "not JSON")]
    [InlineData("{\"key\":\"A\",\"value\":\"v\"}{}", "not JSON")]
    [InlineData("{\"key\":\"A\",\"value\":\"v\",}", "not JSON")]
    [InlineData("/* c */{\"key\":\"A\",\"value\":\"v\"}", "not JSON")]
    [InlineData("{\"key\":\"A\",\"value\":\"v\",\"value\":\"w\"}", "value: appears twice")]
    [InlineData("{\"key\":\"A\",\"value\":\"v\",\"v\\u0061lue\":\"w\"}", "value: appears twice")]
    [InlineData("{\"key\":\"A\",\"value\":\"v\",\"Value\":\"w\"}", "Value: unknown field")]
    [InlineData("{\"key\":\"A\",\"value\":\"v\",\"\\ud800\":1}", "unknown field")]
    [InlineData("{\"key\":\"A\",\"value\":\"v\",\"k\\ud800\":1}", "unknown field")]
    [InlineData("{\"key\":\"A\"}", "value: is required")]
    [InlineData("{\"value\":\"v\"}", "key: is required")]
    [InlineData("{\"key\":\"A\",\"value\":null}", "value: must be a string")]
    [InlineData("{\"key\":\"A\",\"value\":5}", "value: must be a string")]
    [InlineData("{\"key\":\"A\",\"value\":\"\\ud800\"}", "value: contains half")]
    [InlineData("{\"key\":\"A\",\"value\":\"\\udc00\\ud800\"}", "value: contains half")]
    [InlineData("{\"key\":\"A\",\"value\":\"a\\u0000b\"}", "value: must not contain")]
    [InlineData("{\"key\":\"A\",\"value\":\"v\",\"comment\":\"\\u0000\"}", "comment: must not contain")]
    [InlineData("{\"key\":\"A-\",\"value\":\"v\"}", "key: must be")]
    [InlineData("{\"key\":null,\"value\":\"v\"}", "key: must be")]
    [InlineData("{\"key\":\"A\",\"value\":\"v\",\"expectedVersion\":-1}", "expectedVersion: must be")]
    [InlineData("{\"key\":\"A\",\"value\":\"v\",\"expectedVersion\":1.5}", "expectedVersion: must be")]
    [InlineData("{\"key\":\"A\",\"value\":\"v\",\"expectedVersion\":\"1\"}", "expectedVersion: must be")]
    [InlineData("{\"key\":\"A\",\"value\":\"v\",\"expectedVersion\":99999999999}", "expectedVersion: must be")]
    public void The_refusal_of_a_wrong_body_names_the_field_and_the_rule(string body, string reason)
    {
        var refusal = Assert.Throws<RequestException>(() => Write(body));
        Assert.Equal(ErrorCodes.ValidationError, refusal.Code);
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void JSON_that_is_nested_deeper_than_eight_levels_is_refused()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 9)) + string.Concat(Enumerable.Repeat("]", 9));
        Assert.Throws<RequestException>(() => Write("{\"key\":\"A\",\"value\":" + deep + "}"));
        Assert.Throws<RequestException>(() => Write(new string('[', 100_000)));
    }

    [Fact]
    public void A_value_has_65536_bytes_at_most_however_it_is_escaped()
    {
        foreach (var (piece, bytes) in (ReadOnlySpan<(string, int)>)[("x", 1), ("\\u0078", 1), ("ä", 2), ("\\ud83d\\ude00", 4), ("\\n", 1)])
        {
            var most = string.Concat(Enumerable.Repeat(piece, 65_536 / bytes));
            using var write = Write($$"""{"key":"A","value":"{{most}}"}""");
            Assert.Equal(65_536, write.Value.Length);
            var refusal = Assert.Throws<RequestException>(() => Write($$"""{"key":"A","value":"{{most}}x"}"""));
            Assert.Equal(ErrorCodes.PayloadTooLarge, refusal.Code);
        }
    }

    [Fact]
    public void A_batch_gives_its_comment_to_writes_without_one_and_refuses_duplicate_keys()
    {
        var writes = Parse(Encoding.UTF8.GetBytes(Seeds[1].Replace("null", "\"own\"", StringComparison.Ordinal)), (ref Utf8JsonReader reader) => SecretWriteBody.ReadBatch(ref reader, Limits));
        Assert.Equal(["all", "own"], writes.Select(write => write.Comment));
        writes.ForEach(write => write.Dispose());
        Assert.Contains("secrets[1].key: appears twice", RefusedBatch("""{"secrets":[{"key":"A","value":"1"},{"key":"A","value":"2"}]}"""), StringComparison.Ordinal);
        Assert.Contains("at least one", RefusedBatch("""{"secrets":[]}"""), StringComparison.Ordinal);
        Assert.Contains("secrets: is required", RefusedBatch("{}"), StringComparison.Ordinal);
        Assert.Contains("secrets[0]", RefusedBatch("""{"secrets":[7]}"""), StringComparison.Ordinal);
        var many = string.Join(',', Enumerable.Range(0, 501).Select(i => $$"""{"key":"K{{i}}","value":""}"""));
        Assert.Contains("over 500 keys", RefusedBatch($$"""{"secrets":[{{many}}]}"""), StringComparison.Ordinal);
    }

    [Fact]
    public void A_refusal_never_repeats_text_that_may_be_a_value()
    {
        const string Canary = "hunter2hunter2";
        foreach (var body in (string[])
        [
            $$"""{"key":"A","value":"{{Canary}}","value":"{{Canary}}"}""", $$"""{"key":"A","value":"{{Canary}}" "{{Canary}}"}""",
            $$"""{"key":"{{Canary}}-","value":"{{Canary}}"}""", $$"""{"key":"A","value":"{{Canary}}\u0000"}""",
            $$"""{"{{Canary}}":"A"}""", "{\"key\":\"A\",\"value\":{\"" + Canary + "\":1}}", $$"""{"key":"A","value":"{{Canary}}\x"}""",
        ])
        {
            Assert.DoesNotContain(Canary, Assert.Throws<RequestException>(() => Write(body)).ToString(), StringComparison.Ordinal);
        }
    }

    private static Gen<string> AnyOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    private static string RefusedBatch(string body) => Assert.Throws<RequestException>(() =>
        Parse(Encoding.UTF8.GetBytes(body), (ref Utf8JsonReader reader) => SecretWriteBody.ReadBatch(ref reader, Limits))).Message;

    private static ValueToWrite Write(string body) =>
        Parse(Encoding.UTF8.GetBytes(body), (ref Utf8JsonReader reader) => SecretWriteBody.Read(ref reader, Limits));

    private static T Parse<T>(byte[] body, BodyParser<T> parser) => JsonBody.Parse(body, parser);

    private static void TryAll(byte[] body)
    {
        foreach (var parser in Parsers)
        {
            try
            {
                parser(body);
            }
            catch (RequestException)
            {
                // A refusal is a valid outcome. Any other exception fails the test.
            }
        }
    }

    private static bool IsWellFormed(string text)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetByteCount(text) >= 0;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }
}
