using System.Net.Http.Headers;
using System.Text;
using Secronna.Client.Testing.Errors;
using Secronna.Protocol;

namespace Secronna.Client.Testing.Http;

/// <summary>Reads the header with which a caller says why it makes a request.</summary>
internal static class FakeReason
{
    private const string Header = "Secronna-Reason";
    private const string EncodedPrefix = "UTF-8''";

    /// <summary>The reason; <c>null</c> where the request gives none.</summary>
    /// <exception cref="FakeError">VALIDATION_ERROR: the header is malformed, too long, or was sent more than once.</exception>
    public static string? Read(HttpRequestHeaders headers)
    {
        if (!headers.TryGetValues(Header, out var values))
        {
            return null;
        }

        var reason = values.ToArray() is [var value] && value.All(character => character is >= ' ' and <= '~') ? Text(value)?.Trim() : null;
        return reason is { Length: > 0 and <= Limits.ReasonLength } && Names.IsVisible(reason)
            ? reason
            : throw FakeErrors.InvalidReason(
                $"must be sent once, with 1 to {Limits.ReasonLength} characters, none of them a control or invisible character; send text beyond ASCII as UTF-8'' and percent-encoding");
    }

    // Percent signs without two hexadecimal digits stay as they are, and bytes that are no UTF-8 stay encoded.
    private static string? Text(string value)
    {
        if (!value.StartsWith(EncodedPrefix, StringComparison.OrdinalIgnoreCase))
        {
            return value;
        }

        var text = Uri.UnescapeDataString(value[EncodedPrefix.Length..]);
        return Encoding.UTF8.GetByteCount(text) == EncodedBytes(value[EncodedPrefix.Length..]) ? text : null;
    }

    // Each percent sign begins three characters that stand for one byte.
    private static int EncodedBytes(string encoded) => encoded.Length - (2 * encoded.Count(character => character == '%'));
}
