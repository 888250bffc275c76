namespace Secronna.Server.MasterKeys;

internal sealed class MasterKeySettings
{
    public string Provider { get; set; } = "File";

    /// <summary>Of <c>File</c>: the file that holds the keys.</summary>
    public string? File { get; set; }

    /// <summary>Of <c>Pkcs11</c>: the library that speaks to the token.</summary>
    public string? Library { get; set; }

    /// <summary>Of <c>Pkcs11</c>: the token's label.</summary>
    public string? Token { get; set; }

    /// <summary>Of <c>Pkcs11</c>: the file that holds the user's PIN.</summary>
    public string? PinFile { get; set; }

    /// <summary>Of <c>AwsKms</c>: the keys that may be used, by ARN or id, the oldest first.</summary>
    public IList<string> KeyIds { get; } = [];

    /// <summary>Of <c>AwsKms</c>: the region; else as the SDK finds it.</summary>
    public string? Region { get; set; }

    /// <summary>Of <c>AwsKms</c>: another address than the region's own.</summary>
    public string? Endpoint { get; set; }

    /// <summary>Providers that only old keys are read from.</summary>
    public IList<MasterKeySettings> Previous { get; } = [];
}
