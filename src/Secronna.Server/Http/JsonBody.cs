using System.Text.Json;
using Secronna.Protocol;
using Secronna.Server.Access;

namespace Secronna.Server.Http;

/// <summary>Parses a body. The reader stands at the body's first token.</summary>
internal delegate T BodyParser<T>(ref Utf8JsonReader reader);

/// <summary>Parses the JSON body of a request (S29). Error messages never quote the body.</summary>
internal static class JsonBody
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = Limits.JsonDepth };

    /// <summary>Parses a whole body.</summary>
    /// <exception cref="RequestException">VALIDATION_ERROR or PAYLOAD_TOO_LARGE.</exception>
    public static T Parse<T>(ReadOnlySpan<byte> body, BodyParser<T> parse)
    {
        var reader = new Utf8JsonReader(body, Options);
        try
        {
            reader.Read();
            var result = parse(ref reader);
            RequireEnd(ref reader, result);
            return result;
        }
        catch (JsonException exception)
        {
            // The exception's own message may quote the body.
            throw Errors.InvalidBody(
                $"the body is not JSON of the expected form: see line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}");
        }
    }

    // Refuses a body that goes on after its object. The result may hold values. The caller does not get a refused result, so this
    // method must zero those values.
    private static void RequireEnd(ref Utf8JsonReader reader, object? result)
    {
        try
        {
            if (reader.Read())
            {
                throw Errors.InvalidBody("the body goes on after its JSON object");
            }
        }
        catch
        {
            (result as IDisposable)?.Dispose();
            foreach (var item in result as IEnumerable<IDisposable> ?? [])
            {
                item.Dispose();
            }

            throw;
        }
    }
}
