namespace Secronna.Server.MasterKeys;

/// <summary>A setting is missing, unknown or wrong. The message names the setting and says what to change.</summary>
internal sealed class SettingsException(string message) : Exception(message);
