using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Secronna.Client.Http;
using Secronna.Protocol;

namespace Secronna.Client;

/// <summary>An answer of the API. Its body may hold values, and is zeroed on disposal.</summary>
internal sealed class ApiAnswer(Uri server, HttpStatusCode status, byte[] body, TimeSpan? retryAfter) : IDisposable
{
    // The envelope adds two levels around the data.
    private const int MaximumDepth = Limits.JsonDepth + 2;

    private int Status => (int)status;

    /// <summary>Whether the revision that the request named is still current.</summary>
    public bool IsNotModified => status == HttpStatusCode.NotModified;

    /// <summary>The error that the answer stands for; <c>null</c> where the request succeeded.</summary>
    public SecronnaException? Error()
    {
        if (Status is >= 200 and < 300 || IsNotModified)
        {
            return null;
        }

        if (Status is >= 300 and < 400)
        {
            return ClientErrors.Redirected(server, Status);
        }

        var error = Read("error", ClientJson.Default.AnswerError);
        return error is null
            ? ClientErrors.NotSecronna(server, Status)
            : new SecronnaException(error.Message, error.Code, Status, Read("meta", ClientJson.Default.AnswerMeta)?.RequestId)
            {
                Param = error.Param,
                RetryAfter = retryAfter,
            };
    }

    /// <summary>The envelope's data.</summary>
    /// <exception cref="SecronnaException">UNAVAILABLE: the answer has not the shape that the contract gives it.</exception>
    public T Data<T>(JsonTypeInfo<T> json) => Read("data", json) is { } data ? data : throw ClientErrors.NotSecronna(server, Status);

    /// <summary>The envelope's metadata.</summary>
    /// <exception cref="SecronnaException">UNAVAILABLE: the answer has not the shape that the contract gives it.</exception>
    public AnswerMeta Meta() => Read("meta", ClientJson.Default.AnswerMeta) ?? throw ClientErrors.NotSecronna(server, Status);

    /// <summary>A copy of the answer, unread.</summary>
    public RawAnswer Raw() => new(Status, body.ToArray());

    public void Dispose() => Array.Clear(body);

    // Reads the body where it is: every copy of it could leave a value in memory.
    private T? Read<T>(string name, JsonTypeInfo<T> json)
    {
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaximumDepth });
            reader.Read();
            return reader.TokenType == JsonTokenType.StartObject && MoveTo(ref reader, name)
                ? JsonSerializer.Deserialize(ref reader, json)
                : default;
        }
        catch (JsonException)
        {
            // The unexpected JSON may hold a value, and so may the message of the exception: neither is passed on.
            return default;
        }
    }

    private static bool MoveTo(ref Utf8JsonReader reader, string name)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isFound = reader.ValueTextEquals(name);
            reader.Read();
            if (isFound)
            {
                return true;
            }

            reader.Skip();
        }

        return false;
    }
}
