using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Secronna.Protocol;

namespace Secronna.Client.Connection;

/// <summary>What the server answered: its envelope, taken apart. The body may hold values, and is zeroed when it is disposed of.</summary>
internal sealed class ApiAnswer(Uri server, HttpStatusCode status, byte[] body, TimeSpan? retryAfter) : IDisposable
{
    private int Status => (int)status;

    /// <summary>Whether what the caller has is still what it would be given.</summary>
    public bool IsNotModified => status == HttpStatusCode.NotModified;

    /// <summary>The error that it is; null where it is none.</summary>
    public SecronnaException? Error()
    {
        if (Status is >= 200 and < 300 || IsNotModified)
        {
            return null;
        }

        if (Status is >= 300 and < 400)
        {
            return Errors.Redirected(server, Status);
        }

        var error = Read("error", ClientJson.Default.ErrorBody);
        return error is null
            ? Errors.NotOurs(server, Status)
            : new SecronnaException(error.Message, error.Code, Status, Read("meta", ClientJson.Default.Meta)?.RequestId)
            {
                RetryAfter = retryAfter,
            };
    }

    /// <summary>What was asked for.</summary>
    /// <exception cref="SecronnaException">UNAVAILABLE: it is not as the contract says.</exception>
    public T Data<T>(JsonTypeInfo<T> json) => Read("data", json) is { } data ? data : throw Errors.NotOurs(server, Status);

    public Meta Meta() => Read("meta", ClientJson.Default.Meta) ?? throw Errors.NotOurs(server, Status);

    /// <summary>A copy of it as it came.</summary>
    public RawAnswer Raw() => new(Status, body.ToArray());

    public void Dispose() => Array.Clear(body);

    // Straight from the body: no other copy of it.
    private T? Read<T>(string name, JsonTypeInfo<T> json)
    {
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = Limits.JsonDepth + 2 });
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return default;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isIt = reader.ValueTextEquals(name);
                reader.Read();
                if (isIt)
                {
                    return JsonSerializer.Deserialize(ref reader, json);
                }

                reader.Skip();
            }

            return default;
        }
        catch (JsonException)
        {
            // What was not as expected may hold a value, and so may the exception's message.
            return default;
        }
    }
}
